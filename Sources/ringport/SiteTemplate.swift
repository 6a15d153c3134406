/// The files of a new site. Pure: text, read on the main thread by `ringport init`.

/// What `ringport init` writes, small enough to be read whole and changed at once.
enum SiteTemplate {
    /// The text of each file by its path below the site's folder.
    static let files = [
        ("www/index.html", indexPage),
        ("www/thanks.html", thanksPage),
        ("www/404.html", notFoundPage),
        ("www/style.css", style),
        ("ringport.toml", configuration),
    ]

    private static func page(_ title: String, _ body: String) -> String {
        """
        <!doctype html>
        <html lang="en">
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>\(title)</title>
        <link rel="stylesheet" href="/style.css">
        <main>
        \(body)
        </main>
        </html>

        """
    }

    private static let indexPage = page(
        "A new site",
        """
          <h1>A new site</h1>
          <p>This page is <code>www/index.html</code>. Change it, and reload.</p>
          <form method="post" action="/forms/contact">
            <label>Name <input name="name" autocomplete="name" required></label>
            <label>Message <textarea name="message" rows="5" required></textarea></label>
            <!-- Robots fill this in and people don't see it; what comes with it filled in is not stored. -->
            <label hidden>Leave this empty <input name="_gotcha" tabindex="-1" autocomplete="off"></label>
            <button>Send</button>
          </form>
        """
    )

    private static let thanksPage = page(
        "Thank you",
        """
          <h1>Thank you.</h1>
          <p>Your message is stored. <a href="/">Back to the beginning</a></p>
        """
    )

    private static let notFoundPage = page(
        "Not found",
        """
          <h1>There is no such page.</h1>
          <p><a href="/">Go to the beginning</a></p>
        """
    )

    private static let style = """
        :root { color-scheme: light dark; }
        body { margin: 0; font: 1.0625rem/1.6 system-ui, sans-serif; }
        main { max-width: 36rem; margin: 4rem auto; padding: 0 1.25rem; }
        label { display: block; margin: 1rem 0; }
        label[hidden] { display: none; }
        input, textarea { display: block; width: 100%; box-sizing: border-box; padding: .5rem; font: inherit; }
        button { padding: .6rem 1.2rem; font: inherit; }

        """

    private static let configuration = """
        # Everything here is optional; each line shows what holds without it. `ringport check` reads it without serving,
        # and prints every key there is.

        [server]
        # listen = ["127.0.0.1:8080"]
        # workers = 4              # one for each processor when not given

        [files]
        # index = ["index.html"]
        # clean_urls = false       # true: /about is answered by about.html
        # listing = false

        [limits]                   # bytes, and numbers of things
        # head_size_max = 16384
        # body_size_max = 1048576

        [deadlines]                # seconds; fractions are allowed
        # head = 10
        # body = 30
        # idle = 75
        # send = 30

        [handlers]
        # enabled = ["forms"]

        """
}
