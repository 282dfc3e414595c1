"""What some distributions need before or behind their import, by normalised name."""


def _django_settings():
    from django.conf import settings

    if settings.configured:
        return
    contrib = ["admin", "auth", "contenttypes", "flatpages", "humanize", "messages", "redirects"]
    contrib += ["sessions", "sitemaps", "sites", "staticfiles", "syndication"]
    processors = ["debug", "request", "i18n", "media", "static", "tz"]
    settings.configure(
        SECRET_KEY="exploration",
        SITE_ID=1,
        INSTALLED_APPS=["django.contrib." + name for name in contrib],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
        ROOT_URLCONF=(),
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "OPTIONS": {
                    "context_processors": [
                        *("django.template.context_processors." + name for name in processors),
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        ALGOLIA={"APPLICATION_ID": "exploration", "API_KEY": "exploration"},
        RECAPTCHA_PUBLIC_KEY="exploration",
        RECAPTCHA_PRIVATE_KEY="exploration",
        AWS_ACCESS_KEY_ID="exploration",
        AWS_SECRET_ACCESS_KEY="exploration",
    )


def _django():
    import django

    _django_settings()
    django.setup()


def _flask():
    import flask

    flask.Flask("exploration").test_request_context().push()


#: run before the import of a top-level, for each distribution that it needs
BEFORE = {
    "algoliasearch-django": _django_settings,
    "django-recaptcha": _django_settings,
}

#: run behind it
AFTER = {
    "flask": _flask,
    "django": _django,
    "djangorestframework": _django,
    "django-allauth": _django,
    "django-boto": _django,
}
