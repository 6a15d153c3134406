"""A browser plays a sound from the middle, sends a form and reloads a page: run by `make test-browser`.

    python3 browser_client.py path/to/ringport [--screenshot FILE] [--browser chromium]

Starts the server on a site of its own and Chromium without a window, and tells the latter what to do through its
DevTools protocol. Exit status 0 when all of it went as it should.
"""

import argparse
import asyncio
import base64
import contextlib
import itertools
import math
import os
import pathlib
import re
import struct
import subprocess
import sys
import tempfile
import wave

try:
    import aiohttp
except ImportError:
    # Debian's package is for Debian's Python, which need not be the first of the path.
    if sys.executable == "/usr/bin/python3":
        raise SystemExit("browser_client: no aiohttp: run `scripts/install-dependencies browser`")
    os.execv("/usr/bin/python3", ["/usr/bin/python3", *sys.argv])

RATE, SECONDS, SEEK = 44_100, 60, 50
FRAME = 4  # two channels of sixteen bits
PATIENCE = 60

PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>A sound</title><link rel="stylesheet" href="/style.css"></head>
<body><h1>A minute of a rising tone</h1>
<audio id="sound" controls preload="metadata" src="/tone.wav"></audio>
<p id="state">nothing yet</p>
<form method="post" action="/forms/contact">
<input name="name" value="Ada &amp; Grace"><textarea name="message">two\nlines, é €</textarea>
<input name="_next" type="hidden" value="/sent.html"><button>Send</button></form></body></html>
"""
STYLE = "body { font: 16px sans-serif; margin: 2em; color: rgb(1, 2, 3) }\n" + "/* filling */\n" * 200


def expect(condition, what):
    if not condition:
        raise AssertionError(what)
    print("ok:", what)


def make_site(root):
    www = root / "www"
    www.mkdir()
    (www / "index.html").write_text(PAGE)
    (www / "style.css").write_text(STYLE)
    (www / "sent.html").write_text("<!doctype html><title>Sent</title><p>Thank you.\n")
    with wave.open(str(www / "tone.wav"), "wb") as sound:
        sound.setnchannels(2)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        for second in range(SECONDS):
            step = 2 * math.pi * (200 + 10 * second) / RATE
            samples = (round(8000 * math.sin(step * place)) for place in range(RATE))
            sound.writeframes(b"".join(struct.pack("<hh", sample, sample) for sample in samples))
    return www / "tone.wav"


@contextlib.contextmanager
def running(words, pattern):
    """A program that says on its standard error that it is ready; what the pattern finds there, and the program."""
    program = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    try:
        said = []
        for line in iter(program.stderr.readline, b""):
            said.append(line.decode(errors="replace"))
            if found := re.search(pattern, said[-1]):
                break
        else:
            raise AssertionError(f"{words[0]} did not start: {''.join(said)}")
        drain = asyncio.get_running_loop().run_in_executor(None, program.stderr.read)
        yield found.group(1), program
        drain.cancel()
    finally:
        program.terminate()
        program.wait(PATIENCE)


class Browser:
    """A page of a browser, through the DevTools protocol."""

    def __init__(self, socket):
        self.socket, self.numbers = socket, itertools.count(1)
        self.answers, self.responses, self.problems = {}, [], []
        self.loaded = asyncio.Event()
        self.session = None

    async def listen(self):
        async for message in self.socket:
            self.take(message.json())

    def take(self, said):
        if "id" in said:
            self.answers.pop(said["id"]).set_result(said)
        elif said["method"] == "Network.responseReceived":
            self.responses.append(said["params"]["response"])
        elif said["method"] == "Page.loadEventFired":
            self.loaded.set()
        elif said["method"] == "Runtime.exceptionThrown":
            self.problems.append(str(said["params"]["exceptionDetails"]))
        elif said["method"] == "Log.entryAdded":
            self.problems.append(said["params"]["entry"]["text"] + " " + said["params"]["entry"].get("url", ""))

    async def do(self, method, **parameters):
        number = next(self.numbers)
        answer = self.answers[number] = asyncio.get_running_loop().create_future()
        words = {"id": number, "method": method, "params": parameters}
        await self.socket.send_json(words | ({"sessionId": self.session} if self.session else {}))
        said = await asyncio.wait_for(answer, PATIENCE)
        if "error" in said:
            raise AssertionError(f"{method}: {said['error']}")
        return said["result"]

    async def open_page(self):
        target = (await self.do("Target.createTarget", url="about:blank"))["targetId"]
        self.session = (await self.do("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
        for domain in ["Page", "Network", "Runtime", "Log"]:
            await self.do(domain + ".enable")

    async def run(self, script):
        """The value of a script, which may be a promise."""
        said = await self.do("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        if "exceptionDetails" in said:
            raise AssertionError(f"{script}: {said['exceptionDetails']}")
        return said["result"].get("value")

    async def when_loaded(self, method, **parameters):
        """Does what makes the page load, and waits until it has."""
        self.loaded.clear()
        await self.do(method, **parameters)
        await asyncio.wait_for(self.loaded.wait(), PATIENCE)

    def fields(self, path):
        """Status and fields of each answer for a path, names in lower case."""
        return [
            (answer["status"], {name.lower(): value for name, value in answer["headers"].items()})
            for answer in self.responses
            if answer["url"].endswith(path)
        ]


async def play(browser, sound):
    total = sound.stat().st_size
    duration = await browser.run(
        """new Promise((done, failed) => {
            const sound = document.getElementById('sound')
            sound.onerror = () => failed(new Error('audio: ' + sound.error.message))
            if (sound.readyState >= 1) done(sound.duration); else sound.onloadedmetadata = () => done(sound.duration)
        })"""
    )
    expect(abs(duration - SECONDS) < 0.01, f"the sound's duration is {SECONDS} s")

    before = len(browser.fields("/tone.wav"))
    place = await browser.run(
        f"""new Promise(done => {{
            const sound = document.getElementById('sound')
            sound.onseeked = () => done(sound.currentTime)
            sound.currentTime = {SEEK}
        }})"""
    )
    expect(place == SEEK, f"`seeked` fired, and currentTime is {SEEK}")
    byte = 44 + SEEK * RATE * FRAME
    answers = browser.fields("/tone.wav")
    starts = []
    for status, fields in answers[before:]:
        found = re.fullmatch(rf"bytes (\d+)-{total - 1}/{total}", fields.get("content-range", ""))
        if status == 206 and found:
            starts.append(int(found.group(1)))
    # Browsers ask for a little before the place, at a round number.
    expect(any(byte - (1 << 20) < start <= byte for start in starts), f"seeking was answered with 206 from {starts}")

    played = await browser.run(
        f"""new Promise((done, failed) => {{
            const sound = document.getElementById('sound')
            const state = document.getElementById('state')
            sound.ontimeupdate = () => {{
                state.textContent = 'played to ' + sound.currentTime.toFixed(2) + ' s of ' + sound.duration + ' s'
                if (sound.currentTime <= {SEEK + 1}) return
                sound.ontimeupdate = null
                sound.pause()
                done(sound.currentTime)
            }}
            sound.play().catch(failed)
        }})"""
    )
    expect(SEEK + 1 < played < SECONDS, "it played on from there")
    ended = await browser.run(
        f"""new Promise((done, failed) => {{
            const sound = document.getElementById('sound')
            sound.onseeked = () => sound.play().catch(failed)
            sound.onended = () => done(sound.currentTime)
            sound.currentTime = {SECONDS - 0.5}
        }})"""
    )
    expect(abs(ended - SECONDS) < 0.1, "it played to its end")
    return starts


async def reload(browser):
    await browser.when_loaded("Page.reload")
    colour = await browser.run("getComputedStyle(document.body).color")
    expect(colour == "rgb(1, 2, 3)", "the style applies after a reload")


async def send_form(browser):
    browser.loaded.clear()
    await browser.run("document.querySelector('button').click()")
    await asyncio.wait_for(browser.loaded.wait(), PATIENCE)
    path = await browser.run("location.pathname")
    expect(path == "/sent.html", "the form was sent, and the browser went on to /sent.html")


def read_log(root, sound, starts):
    """What the access log says of all that, once the server has ended."""
    text = (root / "logs" / "access.log").read_text()
    total = sound.stat().st_size
    sizes = [int(size) for size in re.findall(r'"GET /tone\.wav HTTP/1\.1" 206 (\d+) ', text)]
    expect(sizes, f"the access log has 206 for the sound, with {sizes} bytes")
    expect(any(0 < size <= total - min(starts) for size in sizes), "one of them is no more than what was left to play")
    expect(re.search(r'"GET /(style\.css)? HTTP/1\.1" 304 ', text), "the reload was answered with 304")
    expect('"POST /forms/contact HTTP/1.1" 303 ' in text, "the form was answered with 303")


async def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("ringport")
    parser.add_argument("--browser", default="chromium")
    parser.add_argument("--screenshot", type=pathlib.Path)
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        root = folder / "site"
        root.mkdir()
        sound = make_site(root)
        serve = [options.ringport, "serve", "--root", str(root), "--listen", "127.0.0.1:0"]
        with running(serve, r"listening on (http://\S+)") as (url, server):
            words = [
                options.browser, "--headless=new", "--remote-debugging-port=0", f"--user-data-dir={folder / 'profile'}",
                "--no-first-run", "--disable-gpu", "--disable-dev-shm-usage", "--disable-background-networking",
                "--mute-audio", "--autoplay-policy=no-user-gesture-required",
            ]  # fmt: skip
            # Chromium refuses to run as root in its sandbox; it meets nothing but this server.
            words += ["--no-sandbox"] if os.getuid() == 0 else []
            with running(words, r"DevTools listening on (ws://\S+)") as (address, _):
                async with aiohttp.ClientSession() as session, session.ws_connect(address, max_msg_size=0) as socket:
                    browser = Browser(socket)
                    listening = asyncio.create_task(browser.listen())
                    await browser.open_page()
                    await browser.when_loaded("Page.navigate", url=url + "/")
                    starts = await play(browser, sound)
                    if options.screenshot:
                        picture = await browser.do("Page.captureScreenshot", format="png")
                        options.screenshot.write_bytes(base64.b64decode(picture["data"]))
                    await reload(browser)
                    await send_form(browser)
                    listening.cancel()
                problems = [text for text in browser.problems if "favicon" not in text]
                expect(not problems, f"the browser complained of nothing {problems}")
            server.terminate()
            expect(server.wait(PATIENCE) == 0, "the server stopped well")
        read_log(root, sound, starts)


if __name__ == "__main__":
    try:
        asyncio.run(main())
    except (AssertionError, asyncio.TimeoutError) as problem:
        sys.exit(f"failed: {problem!r}")
