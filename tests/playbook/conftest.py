"""A params folder small enough to read, that a test can spoil."""

from __future__ import annotations

import pytest

from alignment_lib.errors import ParamsError
from alignment_lib.playbook import read_company

REPORT = """\
company: Two Gyms
time_zone: Europe/Berlin
currency: EUR
exports: ../exports
"""

PLAYBOOK = """\
revenue_owner: Head of revenue
goals:
  lead_split: {marketing: 0.6, sales: 0.4}
reply: {within: 2 hours}
arrivals: {web form: {waits: true}}
locations: {North: {}, South: {}}
company_hours: {mon-fri: "08:00-18:00", sat: closed, sun: closed}
sources:
  Paid search: {team: marketing}
  Referral: {team: sales}
"""


class Folder:
    """Writes files and reads the folder; `problems` are the lines of the message."""

    REPORT, PLAYBOOK = REPORT, PLAYBOOK

    def __init__(self, path):
        self.path = path / "gyms"
        (self.path / "playbook").mkdir(parents=True)
        self.write("report.yml", REPORT)
        self.write("playbook/2026-01-01.yml", PLAYBOOK)

    def write(self, name, text):
        content = text if isinstance(text, bytes) else text.encode()
        (self.path / name).write_bytes(content)

    def playbook(self, old="", new="", add=""):
        """Replace a piece of the playbook, or add lines to it."""
        assert old in PLAYBOOK
        self.write("playbook/2026-01-01.yml", PLAYBOOK.replace(old, new) + add)

    def read(self):
        return read_company(self.path)

    def problems(self):
        with pytest.raises(ParamsError) as caught:
            self.read()
        assert caught.value.exit_code == 2
        return [str(problem) for problem in caught.value.problems]


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
