"""What programs do with `aiohttp`, most of it at once: run by PythonClientsTests, with the server's URL and the site.

    python3 aiohttp_client.py http://127.0.0.1:8080 /path/to/site
"""

import asyncio
import json
import pathlib
import sqlite3
import sys
import unittest

import aiohttp

URL, SITE = sys.argv[1], pathlib.Path(sys.argv[2])
JSON = {"Accept": "application/json"}


def file(name):
    return (SITE / "www" / name).read_bytes()


class Aiohttp(unittest.IsolatedAsyncioTestCase):
    async def asyncSetUp(self):
        self.connections = self.reuses = 0
        trace = aiohttp.TraceConfig()
        trace.on_connection_create_end.append(self.connected)
        trace.on_connection_reuseconn.append(self.reused)
        self.session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=100),
            timeout=aiohttp.ClientTimeout(total=60),
            trace_configs=[trace],
        )
        self.addAsyncCleanup(self.session.close)

    async def connected(self, *_):
        self.connections += 1

    async def reused(self, *_):
        self.reuses += 1

    async def get(self, path, **options):
        """A whole answer: status, fields, content."""
        async with self.session.get(URL + path, **options) as answer:
            return answer.status, answer.headers, await answer.read()

    async def post(self, path, **options):
        async with self.session.post(URL + path, headers=JSON, **options) as answer:
            return answer.status, await answer.json()

    # Files

    async def test_a_hundred_at_once(self):
        paths = ["/", "/digits.txt", "/text.txt", "/data.bin", "/missing"] * 20
        bodies = {"/": b"hello\n", "/missing": b"not here\n"}
        answers = await asyncio.gather(*(self.get(path) for path in paths))
        for path, (status, _, body) in zip(paths, answers):
            self.assertEqual(status, 404 if path == "/missing" else 200)
            self.assertEqual(body, bodies[path] if path in bodies else file(path[1:]))

    async def test_connections_are_used_again(self):
        for _ in range(50):
            self.assertEqual((await self.get("/digits.txt"))[2], b"0123456789")
        self.assertEqual((self.connections, self.reuses), (1, 49))

    async def test_downloads_that_are_cancelled(self):
        async def start_and_leave():
            async with self.session.get(URL + "/data.bin") as answer:
                await answer.content.readexactly(1000)

        await asyncio.gather(*(start_and_leave() for _ in range(50)))
        self.assertEqual((await self.get("/digits.txt"))[2], b"0123456789")

    async def test_a_large_file_in_pieces(self):
        async with self.session.get(URL + "/data.bin") as answer:
            pieces = [piece async for piece in answer.content.iter_chunked(10_000)]
        self.assertEqual(b"".join(pieces), file("data.bin"))

    async def test_a_name_with_an_umlaut(self):
        self.assertEqual((await self.get("/größe.txt"))[2], b"umlaut\n")

    async def test_head(self):
        async with self.session.head(URL + "/data.bin") as answer:
            self.assertEqual(answer.headers["Content-Length"], "3000000")
            self.assertEqual(await answer.read(), b"")

    # Parts and conditions

    async def test_many_parts_at_once_make_the_whole(self):
        size = 30_000
        data = file("data.bin")

        async def part(start):
            status, fields, body = await self.get(
                "/data.bin", headers={"Range": f"bytes={start}-{start + size - 1}"}
            )
            self.assertEqual(status, 206)
            self.assertEqual(fields["Content-Range"], f"bytes {start}-{start + size - 1}/{len(data)}")
            return body

        parts = await asyncio.gather(*(part(start) for start in range(0, len(data), size)))
        self.assertEqual(b"".join(parts), data)

    async def test_several_ranges(self):
        asked = [(0, 9), (1_000_000, 1_000_099), (2_000_000, 2_000_999)]
        ranges = "bytes=" + ",".join(f"{first}-{last}" for first, last in asked)
        data = file("data.bin")
        async with self.session.get(URL + "/data.bin", headers={"Range": ranges}) as answer:
            self.assertEqual(answer.status, 206)
            reader = aiohttp.MultipartReader.from_response(answer)
            for first, last in asked:
                part = await reader.next()
                self.assertEqual(part.headers["Content-Range"], f"bytes {first}-{last}/{len(data)}")
                self.assertEqual(bytes(await part.read()), data[first : last + 1])
            self.assertIsNone(await reader.next())

    async def test_a_tag(self):
        _, fields, _ = await self.get("/digits.txt")
        status, _, body = await self.get("/digits.txt", headers={"If-None-Match": fields["ETag"]})
        self.assertEqual((status, body), (304, b""))

    # Codings

    async def test_codings_are_decoded(self):
        async def coded(coding):
            # Without identity the server waits for the variant that it makes.
            status, fields, body = await self.get(
                "/text.txt", headers={"Accept-Encoding": coding + ", identity;q=0"}
            )
            self.assertEqual((status, fields["Content-Encoding"]), (200, coding))
            self.assertIn("Accept-Encoding", fields["Vary"])
            self.assertEqual(body, file("text.txt"))

        await asyncio.gather(*(coded(coding) for coding in ["gzip", "br"] * 50))

    async def test_the_librarys_own_choice(self):
        answers = await asyncio.gather(*(self.get("/text.txt") for _ in range(100)))
        self.assertTrue(all(body == file("text.txt") for _, _, body in answers))

    # Forms

    async def test_a_hundred_posts_at_once(self):
        posts = (self.post("/forms/contact", data={"n": str(number)}) for number in range(100))
        answers = await asyncio.gather(*posts)
        self.assertEqual({status for status, _ in answers}, {201})
        self.assertEqual(len({answer["id"] for _, answer in answers}), 100)

    async def test_a_file_is_uploaded(self):
        content = file("data.bin")[500_000:900_000]
        form = aiohttp.FormData()
        form.add_field("name", "Ada")
        form.add_field("cv", content, filename="cv.pdf", content_type="application/pdf")
        self.assertEqual((await self.post("/forms/jobs", data=form))[0], 201)
        self.assertIn(content, [path.read_bytes() for path in (SITE / "db" / "uploads").iterdir()])

    async def test_names_of_every_kind(self):
        # Names go out with backslashes before quotation marks and backslashes.
        form = aiohttp.FormData(quote_fields=False)
        for name in ["größe", 'say "a\\b"', "C:\\\"\\"]:
            form.add_field(name, name, content_type="text/plain; charset=utf-8")
        # aiohttp encodes the text as the type says.
        form.add_field("latin", "é", content_type="text/plain; charset=latin1")
        self.assertEqual((await self.post("/forms/names", data=form))[0], 201)
        database = sqlite3.connect(f"file:{SITE}/db/ringport.db?mode=ro", uri=True)
        self.addCleanup(database.close)
        (fields,) = database.execute("SELECT fields FROM submissions WHERE form = 'names'").fetchone()
        self.assertEqual({name: value for name, value in json.loads(fields).items() if name != value}, {"latin": "é"})

    async def test_a_content_without_length(self):
        async def pieces():
            for piece in [b'{"name":', b'"in ', b'chunks"}']:
                yield piece

        async with self.session.post(
            URL + "/forms/contact", data=pieces(), headers={**JSON, "Content-Type": "application/json"}
        ) as answer:
            self.assertEqual(answer.status, 201)

    async def test_a_content_that_waits_for_continue(self):
        answer = await self.post("/forms/contact", data={"message": "m" * 900_000}, expect100=True)
        self.assertEqual(answer[0], 201)

    async def test_a_form_sends_the_browser_on(self):
        async with self.session.post(URL + "/forms/contact", data={"name": "Ada"}) as answer:
            self.assertEqual([hop.status for hop in answer.history], [303])
            self.assertEqual(await answer.text(), "thanks\n")

    async def test_a_folder_without_its_slash(self):
        async with self.session.get(URL + "/docs?a=b") as answer:
            self.assertEqual([hop.status for hop in answer.history], [308])
            self.assertEqual(str(answer.url), URL + "/docs/?a=b")


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
