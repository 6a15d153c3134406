"""What programs do with `requests`: run by PythonClientsTests, with the server's URL and the site's folder.

    python3 requests_client.py http://127.0.0.1:8080 /path/to/site
"""

import email
import io
import json
import pathlib
import sys
import unittest

import requests

URL, SITE = sys.argv[1], pathlib.Path(sys.argv[2])
JSON = {"Accept": "application/json"}


def file(name):
    return (SITE / "www" / name).read_bytes()


def pools(session):
    """The connection pools of a session; there is one for each server."""
    manager = session.get_adapter(URL).poolmanager
    return [manager.pools[key] for key in manager.pools.keys()]


class Requests(unittest.TestCase):
    def setUp(self):
        self.session = requests.Session()
        self.addCleanup(self.session.close)

    def get(self, path, **options):
        return self.session.get(URL + path, timeout=20, **options)

    def post(self, path, **options):
        return self.session.post(URL + path, timeout=20, **options)

    # Connections

    def test_a_session_keeps_its_connection(self):
        for path in ["/", "/digits.txt", "/missing", "/text.txt", "/docs"] * 10:
            self.get(path)
        self.session.head(URL + "/data.bin", timeout=20)
        self.post("/forms/kept", data={"a": "b"}, headers=JSON)
        self.assertEqual([pool.num_connections for pool in pools(self.session)], [1])

    def test_close_is_honoured(self):
        for _ in range(3):
            answer = self.get("/", headers={"Connection": "close"})
            self.assertEqual(answer.headers["Connection"].lower(), "close")
        self.assertEqual(self.get("/").text, "hello\n")

    # Files

    def test_a_file(self):
        answer = self.get("/")
        self.assertEqual((answer.status_code, answer.text), (200, "hello\n"))
        self.assertEqual(answer.headers["Content-Type"], "text/html; charset=utf-8")
        self.assertEqual(answer.encoding, "utf-8")

    def test_a_large_file_in_pieces(self):
        with self.get("/data.bin", stream=True) as answer:
            whole = b"".join(answer.iter_content(10_000))
        self.assertEqual(whole, file("data.bin"))

    def test_a_file_that_is_left_in_the_middle(self):
        for _ in range(10):
            with self.get("/data.bin", stream=True) as answer:
                self.assertEqual(len(next(answer.iter_content(1000))), 1000)
        self.assertEqual(self.get("/digits.txt").text, "0123456789")

    def test_a_name_with_an_umlaut(self):
        self.assertEqual(self.get("/größe.txt").text, "umlaut\n")

    def test_a_missing_file(self):
        answer = self.get("/missing")
        self.assertEqual((answer.status_code, answer.text), (404, "not here\n"))

    def test_head(self):
        answer = self.session.head(URL + "/data.bin", timeout=20)
        self.assertEqual(answer.headers["Content-Length"], str(len(file("data.bin"))))
        self.assertEqual(answer.content, b"")

    def test_a_method_that_is_not_allowed(self):
        answer = self.session.delete(URL + "/digits.txt", timeout=20)
        self.assertEqual(answer.status_code, 405)
        self.assertIn("GET", answer.headers["Allow"])
        self.assertEqual(self.get("/digits.txt").status_code, 200)

    # Conditions and parts

    def test_a_tag(self):
        tag = self.get("/digits.txt").headers["ETag"]
        answer = self.get("/digits.txt", headers={"If-None-Match": tag})
        self.assertEqual((answer.status_code, answer.content), (304, b""))
        self.assertEqual(answer.headers["ETag"], tag)

    def test_a_range(self):
        for asked, place, part in [("2-5", "2-5", "2345"), ("-3", "7-9", "789"), ("7-", "7-9", "789")]:
            answer = self.get("/digits.txt", headers={"Range": "bytes=" + asked})
            self.assertEqual((answer.status_code, answer.text), (206, part))
            self.assertEqual(answer.headers["Content-Range"], f"bytes {place}/10")

    def test_a_range_beyond_the_end(self):
        answer = self.get("/digits.txt", headers={"Range": "bytes=10-"})
        self.assertEqual(answer.status_code, 416)
        self.assertEqual(answer.headers["Content-Range"], "bytes */10")

    def test_several_ranges(self):
        asked = [(0, 99), (1_000_000, 1_100_000), (2_999_990, 2_999_999)]
        ranges = ",".join(f"{first}-{last}" for first, last in asked)
        answer = self.get("/data.bin", headers={"Range": "bytes=" + ranges})
        self.assertEqual(answer.status_code, 206)
        # Python's reader of MIME finds the boundary; as it reads text, the parts are cut at it by hand.
        message = email.message_from_string("Content-Type: " + answer.headers["Content-Type"] + "\r\n\r\n")
        self.assertEqual(message.get_content_type(), "multipart/byteranges")
        # RFC 2046 §5.1.1: a delimiter is CRLF, two dashes and the boundary; the first may lack its CRLF.
        delimiter = b"\r\n--" + message.get_boundary().encode()
        preamble, *parts, end = (b"\r\n" + answer.content.removeprefix(b"\r\n")).split(delimiter)
        self.assertEqual((preamble, end.strip(), len(parts)), (b"", b"--", len(asked)))
        data = file("data.bin")
        for part, (first, last) in zip(parts, asked):
            head, body = part.split(b"\r\n\r\n", 1)
            fields = email.message_from_bytes(head.removeprefix(b"\r\n"))
            self.assertEqual(fields["Content-Range"], f"bytes {first}-{last}/{len(data)}")
            self.assertEqual(body, data[first : last + 1])

    def test_a_download_is_resumed(self):
        with self.get("/data.bin", stream=True) as answer:
            start, tag = next(answer.iter_content(123_456)), answer.headers["ETag"]
        rest = self.get("/data.bin", headers={"Range": f"bytes={len(start)}-", "If-Range": tag})
        self.assertEqual(rest.status_code, 206)
        self.assertEqual(start + rest.content, file("data.bin"))

    # Codings

    def test_codings_are_decoded(self):
        for coding in ["gzip", "br"]:
            # Without identity the server waits for the variant that it makes.
            answer = self.get("/text.txt", headers={"Accept-Encoding": coding + ", identity;q=0"})
            self.assertEqual(answer.status_code, 200)
            self.assertEqual(answer.headers["Content-Encoding"], coding)
            self.assertIn("Accept-Encoding", answer.headers["Vary"])
            self.assertLess(int(answer.headers["Content-Length"]), len(file("text.txt")) // 2)
            self.assertEqual(answer.content, file("text.txt"))

    def test_tags_tell_codings_apart(self):
        fields = [{"Accept-Encoding": coding} for coding in ["identity", "gzip, identity;q=0", "br, identity;q=0"]]
        tags = [self.get("/text.txt", headers=field).headers["ETag"] for field in fields]
        self.assertEqual(len(set(tags)), 3)
        for field, tag in zip(fields, tags):
            answer = self.get("/text.txt", headers={**field, "If-None-Match": tag})
            self.assertEqual(answer.status_code, 304)
            self.assertIn("Accept-Encoding", answer.headers["Vary"])

    def test_the_librarys_own_choice(self):
        for _ in range(5):
            self.assertEqual(self.get("/text.txt").content, file("text.txt"))

    def test_a_picture_is_not_coded(self):
        answer = self.get("/data.bin", headers={"Accept-Encoding": "gzip, br"})
        self.assertNotIn("Content-Encoding", answer.headers)

    # Forms

    def test_a_form_sends_the_browser_on(self):
        answer = self.post("/forms/contact", data={"name": "Ada", "message": "a&b=c d"})
        self.assertEqual([hop.status_code for hop in answer.history], [303])
        self.assertEqual((answer.request.method, answer.url), ("GET", URL + "/thanks.html"))
        self.assertEqual(answer.text, "thanks\n")

    def test_a_program_is_told_the_number(self):
        first = self.post("/forms/contact", data={"name": "Ada"}, headers=JSON)
        second = self.post("/forms/contact", data=[("tag", "a"), ("tag", "b")], headers=JSON)
        self.assertEqual((first.status_code, second.status_code), (201, 201))
        self.assertLess(int(first.json()["id"]), int(second.json()["id"]))

    def test_json(self):
        answer = self.post("/forms/contact", json={"name": "Ada", "age": 36})
        self.assertEqual(answer.status_code, 201)
        self.assertEqual(json.loads(answer.text)["form"], "contact")

    def test_a_file_is_uploaded(self):
        files = {"cv": ("cv.pdf", io.BytesIO(file("data.bin")[:500_000]), "application/pdf")}
        answer = self.post("/forms/jobs", data={"name": "Ada"}, files=files, headers=JSON)
        self.assertEqual(answer.status_code, 201)
        saved = [path.read_bytes() for path in (SITE / "db" / "uploads").iterdir()]
        self.assertIn(file("data.bin")[:500_000], saved)

    def test_a_content_without_length(self):
        pieces = (piece for piece in [b"name=", b"in%20", b"chunks"])
        fields = {**JSON, "Content-Type": "application/x-www-form-urlencoded"}
        self.assertEqual(self.post("/forms/contact", data=pieces, headers=fields).status_code, 201)

    def test_a_content_that_is_too_large(self):
        answer = self.post("/forms/contact", data={"a": "b" * 2_000_000}, headers=JSON)
        self.assertEqual(answer.status_code, 413)

    # Redirections

    def test_a_folder_without_its_slash(self):
        answer = self.get("/docs?a=b")
        self.assertEqual([hop.status_code for hop in answer.history], [308])
        self.assertEqual((answer.url, answer.text), (URL + "/docs/?a=b", "the docs\n"))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
