"""Hài Lòng: a province's satisfaction survey. This module assembles the application."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from flask import Flask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

import config
from survey_app import cli, web
from survey_app.extensions import csrf, db, engine_options, limiter, login_manager, migrate, watch_engine

ROOT = Path(__file__).parent.parent


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Return the application; `settings` override those of `config.py`."""
    app = Flask(
        __name__,
        instance_path=str(ROOT / "instance"),
        template_folder="web/templates",
        static_folder="web/static",
    )
    app.config.from_mapping(config.load(Path(app.instance_path)))
    app.config.from_mapping(settings or {})
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(app.config["SQLALCHEMY_DATABASE_URI"])
    if proxies := app.config["PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=proxies)  # type: ignore[method-assign]
    db.init_app(app)
    migrate.init_app(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
    csrf.init_app(app)
    Compress(app)
    login_manager.init_app(app)
    limiter.init_app(app)
    with app.app_context():
        watch_engine(db.engine)
    web.register(app)
    cli.register(app)
    return app
