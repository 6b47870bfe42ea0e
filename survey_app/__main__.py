"""The command `hailong`: the application's verbs without a browser."""

from flask.cli import FlaskGroup

from survey_app import create_app

main = FlaskGroup(
    name="hailong",
    create_app=create_app,
    add_version_option=False,
    help="Hài Lòng: đợt khảo sát, tài khoản, phiếu và điểm, từ dòng lệnh.",
)

if __name__ == "__main__":
    main(prog_name="hailong")
