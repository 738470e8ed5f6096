"""A busy machine is no finding: the properties have no time limit per example."""

from hypothesis import settings

settings.register_profile("no time limit", deadline=None)
settings.load_profile("no time limit")
