/// The tables of rules about the fields of answers, those about caching among them. The main thread.

internal import Server

extension SiteSchema {
    private static var pathKey: ConfigurationKey<FieldRule> {
        ConfigurationKey(
            "path",
            \.path,
            .optionalText(.pattern),
            "A pattern of the addresses that are meant.",
            otherwise: "every address"
        )
    }

    private static var typeKey: ConfigurationKey<FieldRule> {
        ConfigurationKey(
            "type",
            \.type,
            .optionalText(.typePattern),
            "The media type that is meant.",
            otherwise: "every media type"
        )
    }

    private static var statusKey: ConfigurationKey<FieldRule> {
        ConfigurationKey(
            "status",
            \.status,
            .some(
                of: Caching.storableStatuses.map(Int.init),
                otherwise:
                    "files are meant without `status`, and no cache keeps a refusal that may depend on its client"
            ),
            "Answers that are no file's, by their status. Fields about caching go on those by such a rule alone.",
            otherwise: "answers with a file"
        )
    }

    private static func problem(_ rule: FieldRule) -> (key: String, reason: String)? {
        guard rule.type != nil, !rule.status.isEmpty else { return nil }
        return (
            "type", "says nothing beside `status`: answers that are no file's are told apart by `path`; leave it out"
        )
    }

    static var cache: ConfigurationTable<SiteRules> {
        .list(
            "cache",
            """
            A shorter way to write a rule of `[[fields]]` for `Cache-Control`. These rules come before those of `[[fields]]`, \
            so that those have the last word. `ringport check` prints both as `[[fields]]`.

            A rule without `status` is about files (200, 206, 304), and about answers of handlers that say nothing about \
            caching themselves: those take it where it has a path, or restricts (`no-store`, `no-cache`, `private`). Redirects, \
            404, 405 and 410 take rules with `status`. Every other refusal says `no-store`, since it may depend on one client's \
            fields, its password or the moment. Behind `[[auth]]` `private` takes the place of `public` and `s-maxage`. The same \
            holds for `Expires`, `Surrogate-Control`, `X-Accel-Expires`, `Edge-Control` and names that end with `-Cache-Control`.
            """,
            TableBody<FieldRule>(
                keys: [
                    pathKey, typeKey, statusKey,
                    ConfigurationKey(
                        "value",
                        \.value,
                        .text(.fieldValue("a value such as \"no-cache\"")),
                        "The field's value. Empty: the field is not sent.",
                        isRequired: true
                    ),
                ],
                check: problem
            ).appliedAtReload(),
            example: """
                [[cache]]
                path = "/assets/**"
                value = "public, max-age=31536000, immutable"

                [[cache]]
                status = [404, 308]
                value = "public, max-age=60"
                """,
            blank: { _ in FieldRule(name: "Cache-Control", value: "") },
            elements: { _ in nil },
            put: { $0.fields += $1 }
        )
    }

    static var fields: ConfigurationTable<SiteRules> {
        .list(
            "fields",
            """
            Fields of the answers for some addresses, media types or statuses. Of several rules for one name the last counts. One \
            without path, type and status is about every answer, unless its field is about caching: see `[[cache]]`.
            """,
            TableBody<FieldRule>(
                keys: [
                    pathKey, typeKey, statusKey,
                    ConfigurationKey("name", \.name, .text(.fieldName), "The field's name.", isRequired: true),
                    ConfigurationKey(
                        "value",
                        \.value,
                        .text(.fieldValue("a field's value")),
                        "The field's value. Empty: the field is not sent.",
                        isRequired: true
                    ),
                ],
                check: problem
            ).appliedAtReload(),
            example: """
                [[fields]]
                type = "image/*"
                name = "Cache-Control"
                value = "public, max-age=86400"

                [[fields]]
                name = "Strict-Transport-Security"
                value = "max-age=31536000"
                """,
            blank: { _ in FieldRule(name: "", value: "") },
            elements: { $0.fields },
            put: { $0.fields += $1 }
        )
    }
}
