"""A MariaDB server of our own: its data in a directory, on loopback, no service of the system."""

import os
import pwd
import subprocess

import pymysql

from common import wait_for
from ports import free_port

PASSWORD = "only for tests"


class MariaDB:
    """Its data are in work/mysql; work/mysql.conf says to freezer-agent how to log in."""

    def __init__(self, work):
        self.data, self.conf = work / "mysql", work / "mysql.conf"
        self.log, self.socket, self.port = work / "mariadb.log", work / "mariadb.sock", free_port()
        self.user, self.process = pwd.getpwuid(os.geteuid()).pw_name, None
        self.conf.write_text(f"[default]\nhost = 127.0.0.1\nport = {self.port}\n"
                             f"user = backup\npassword = {PASSWORD}\n")
        subprocess.run(["mariadb-install-db", "--no-defaults", f"--user={self.user}", f"--datadir={self.data}",
                        "--auth-root-authentication-method=normal", "--skip-test-db"],
                       check=True, capture_output=True)

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()

    def start(self):
        """Wait until it answers; its log says why it does not."""
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                ["mariadbd", "--no-defaults", f"--user={self.user}", f"--datadir={self.data}",
                 f"--socket={self.socket}", f"--port={self.port}", "--bind-address=127.0.0.1",
                 f"--pid-file={self.data}.pid", "--innodb-buffer-pool-size=16M",
                 "--innodb-log-file-size=8M"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        wait_for(lambda: self.answers() or self.process.poll() is not None, 60)
        return self

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
        self.process.wait(60)

    def answers(self):
        try:
            return self.ask("select 1")
        except pymysql.err.OperationalError:
            return None

    def ask(self, *statements):
        """As its administrator; the rows of the last statement."""
        with pymysql.connect(unix_socket=str(self.socket), user="root", autocommit=True) as session:
            with session.cursor() as cursor:
                for statement in statements:
                    cursor.execute(statement)
                return cursor.fetchall()

    def said(self):
        return "\n".join(self.log.read_text().splitlines()[-15:])
