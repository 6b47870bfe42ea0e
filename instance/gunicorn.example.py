"""The server's settings, read by `make run` and by the deployment in README.md."""

import multiprocessing

worker_class = "gthread"
workers = max(2, multiprocessing.cpu_count())
threads = 4
preload_app = False
max_requests = 20_000
max_requests_jitter = 2_000
graceful_timeout = 20
accesslog = None  # the address of a citizen's own link is the key to it: keep /t/ out of a proxy's log, too
control_socket_disable = True
