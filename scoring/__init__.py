"""The pure scorer: answers in, points, ranks and bands out; it knows no web page and no database."""
