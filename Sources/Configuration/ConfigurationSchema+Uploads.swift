/// The keys of `[uploads]`. The main thread.

internal import Server

extension ConfigurationSchema {
    static var uploads: ConfigurationTable<ServerConfiguration> {
        .table(
            "uploads",
            "How much visitors may upload with forms, into `db/uploads/`.",
            TableBody<UploadRules>(keys: [
                ConfigurationKey(
                    "files_per_form",
                    \.filesPerForm,
                    .count(0...100_000),
                    "Files that one form may bring. One with more is answered with 413, and nothing of it is stored."
                ),
                ConfigurationKey(
                    "files_max",
                    \.filesMax,
                    .count(0...1_000_000_000),
                    """
                    Files in the folder, those of other handlers included. A form whose files would be more is answered with 507. \
                    Removed files count no more within ten seconds.
                    """
                ),
                ConfigurationKey(
                    "size_max",
                    \.sizeMax,
                    .count(0...1_000_000_000_000_000),
                    """
                    Bytes of all files in the folder. A form whose files would be more is answered with 507, and with 413 where \
                    they would not fit an empty folder. `limits.body_size_max` bounds each form before that.
                    """
                ),
                ConfigurationKey(
                    "free_size_min",
                    \.freeSizeMin,
                    .count(0...1_000_000_000_000_000),
                    """
                    Bytes that uploads leave free on their disk, for the database and whatever else is there. A form whose files \
                    would leave less is answered with 507; forms without files are still stored.
                    """
                ),
            ]).lifted(\ServerConfiguration.uploads),
            example: """
                [uploads]
                files_per_form = 4
                size_max = 1000000000
                """
        )
    }
}
