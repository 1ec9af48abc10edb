"""HTTP requests to a store -> its answers, with sign-in, retries and clear errors.

A name and password come from KG_USER and KG_PASSWORD, else from the netrc file, else from whom `ask` asks; KG_TOKEN is sent
as a bearer token. They are never put into a message or a log, and go out only when the server asks for them.
"""

__all__ = ["Answer", "Client", "Credentials"]

import gzip as gz
import io
import logging
import os
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import requests
from requests.auth import AuthBase, HTTPBasicAuth, HTTPDigestAuth

from kg.errors import LoadError

log = logging.getLogger(__name__)

Credentials = tuple[str, str]

#: Full house and restarting behind a proxy: worth another try. 500 is not, it is an answer.
RETRIED = frozenset((429, 502, 503, 504))
ATTEMPTS = 6
FIRST_WAIT_S = 0.5
LONGEST_WAIT_S = 60.0
#: Also bounds how long a store may leave a request half read.
CONNECT_TIMEOUT_S = 30.0
#: No answer that we need is longer; a page that never ends is not read to its end.
LONGEST_ANSWER_BYTES = 8_000_000
_BLOCK_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server said: `kind` is the media type without parameters, `server` its Server header."""

    status: int
    kind: str
    text: str
    server: str = ""

    @property
    def ok(self) -> bool:
        """Whether the status is one of success."""
        return 200 <= self.status < 300

    @property
    def is_page(self) -> bool:
        """Whether it is a web page: a login form, a proxy, a file server."""
        return self.kind == "text/html" or self.text.lstrip()[:14].lower() in ("<!doctype html", "<html")

    @property
    def summary(self) -> str:
        """Status and the first words, without markup."""
        words = re.sub(r"<(style|script|title)[^>]*>.*?</\1>|<[^>]+>", " ", self.text, flags=re.DOTALL | re.IGNORECASE)
        words = " ".join(words.split())
        return f"{self.status} {words[:300]}".strip()


class _NoAuth(AuthBase):
    """Keeps requests from sending what the netrc file has before the server asked."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


class _Token(AuthBase):
    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Client:
    """Requests to one store; signs in when asked to, and tries again when the store is busy or drops the line."""

    def __init__(
        self,
        *,
        timeout_s: float = 300.0,
        attempts: int = ATTEMPTS,
        ask: Callable[[str], Credentials] | None = None,
        environ: Mapping[str, str] = os.environ,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepare; `ask` gets the host's name and returns name and password, `timeout_s` bounds every silence."""
        self._timeout_s, self._attempts, self._ask, self._environ, self._sleep = (
            timeout_s,
            attempts,
            ask,
            environ,
            sleep,
        )
        self._session = requests.Session()
        self._unasked: AuthBase = _Token(environ["KG_TOKEN"]) if environ.get("KG_TOKEN") else _NoAuth()
        #: By host and port: what one store was told is not sent to another.
        self._signed_in: dict[str, AuthBase] = {}

    def close(self) -> None:
        """Give the connections back."""
        self._session.close()

    def send(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        parameters: Mapping[str, str] | None = None,
        gzip: bool = False,
        attempts: int | None = None,
    ) -> Answer:
        """The server's answer, whatever its status, after sign-in and retries.

        Raises:
            LoadError: the server cannot be reached, is silent too long, stays busy, or refuses name and password.
        """
        sent = dict(headers or {})
        if body is not None and gzip:
            body, sent["Content-Encoding"] = gz.compress(body, 6, mtime=0), "gzip"
        most = attempts or self._attempts
        for attempt in range(1, most + 1):
            last = attempt == most
            try:
                response = self._request(method, url, body, sent, parameters)
            except requests.exceptions.Timeout as exc:
                raise LoadError(
                    f"{_place(url)} did not answer within {self._timeout_s:g} s. Is the store busy or stuck? Run the same"
                    " command again to complete the load, with a longer --timeout."
                ) from exc
            except (requests.exceptions.ConnectionError, requests.exceptions.ChunkedEncodingError) as exc:
                if last:
                    raise LoadError(
                        f"{_place(url)} cannot be reached or dropped the connection: {_reason(exc)}."
                    ) from exc
                self._wait(attempt, None, url, "dropped the connection")
                continue
            except (requests.exceptions.RequestException, UnicodeError) as exc:
                raise LoadError(f"{_place(url)} is no address that can be asked: {_reason(exc)}.") from exc
            answer, wait_s = response
            if answer.status in RETRIED and not last:
                self._wait(attempt, wait_s, url, f"answered {answer.status}")
                continue
            return answer
        raise AssertionError("unreachable")

    def _request(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], parameters: Mapping[str, str] | None
    ) -> tuple[Answer, float | None]:
        response, answer = self._once(method, url, body, headers, parameters)
        if answer.status == 401 and urlsplit(url).netloc not in self._signed_in:
            self._sign_in(url, response.headers.get("WWW-Authenticate", ""))
            response, answer = self._once(method, url, body, headers, parameters)
        if answer.status == 401:
            raise LoadError(
                f"{_place(url)} refused the name or the password. Set KG_USER and KG_PASSWORD, or mend the netrc file."
            )
        if answer.status in (301, 302, 303, 307, 308):
            where = response.headers.get("Location", "another address").split("?")[0]
            raise LoadError(f"{_place(url)} sends us on to {where}. Give that address, if you trust it.")
        return answer, _retry_after(response.headers.get("Retry-After", ""))

    def _once(
        self, method: str, url: str, body: bytes | None, headers: dict[str, str], parameters: Mapping[str, str] | None
    ) -> tuple[requests.Response, Answer]:
        # a file rather than bytes, so that digest sign-in can wind it back
        response = self._session.request(
            method,
            url,
            params=dict(parameters or {}),
            data=io.BytesIO(body) if body else (b"" if body is not None else None),
            headers=headers,
            auth=self._signed_in.get(urlsplit(url).netloc, self._unasked),
            timeout=(min(CONNECT_TIMEOUT_S, self._timeout_s), self._timeout_s),
            allow_redirects=False,
            stream=True,
        )
        with response:
            read = bytearray()
            for block in response.iter_content(_BLOCK_BYTES):
                read += block
                if len(read) > LONGEST_ANSWER_BYTES:
                    break
        kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
        text = read.decode("utf-8", "replace")
        return response, Answer(response.status_code, kind, text, response.headers.get("Server", ""))

    def _sign_in(self, url: str, challenge: str) -> None:
        host = urlsplit(url).hostname or url
        found = self._credentials(url)
        if found is None and self._ask is not None:
            found = self._ask(host)
        if found is None:
            raise LoadError(
                f"{_place(url)} asks for a name and a password. Set KG_USER and KG_PASSWORD (or KG_TOKEN), or put a line"
                f" for {host} into the netrc file."
            )
        schemes = challenge.lower()
        if "digest" in schemes:
            self._signed_in[urlsplit(url).netloc] = HTTPDigestAuth(*found)
        else:
            if urlsplit(url).scheme == "http" and host not in ("localhost", "127.0.0.1", "::1"):
                log.warning(
                    "The password goes to %s without encryption: the address begins with http, not https.", host
                )
            self._signed_in[urlsplit(url).netloc] = HTTPBasicAuth(*(part.encode() for part in found))

    def _credentials(self, url: str) -> Credentials | None:
        name, password = self._environ.get("KG_USER"), self._environ.get("KG_PASSWORD")
        if name and password is not None:
            return name, password
        return requests.utils.get_netrc_auth(url)

    def _wait(self, attempt: int, asked_s: float | None, url: str, what: str) -> None:
        seconds = min(asked_s if asked_s is not None else FIRST_WAIT_S * 2 ** (attempt - 1), LONGEST_WAIT_S)
        log.info("%s %s; trying again in %.1f s.", _place(url), what, seconds)
        self._sleep(seconds)


def _place(url: str) -> str:
    """The address without user, query and fragment: nothing secret can be in it."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    return f"{parts.scheme}://{host}{f':{parts.port}' if parts.port else ''}{parts.path}"


def _retry_after(value: str) -> float | None:
    return float(value) if value.strip().isdigit() else None


def _reason(exc: BaseException) -> str:
    """The innermost reason, without the layers that wrap it."""
    inner: BaseException = exc
    while inner.__context__ is not None:
        inner = inner.__context__
    return (getattr(inner, "strerror", None) or str(inner) or type(inner).__name__).rstrip(".")
