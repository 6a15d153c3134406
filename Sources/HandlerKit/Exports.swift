/// Makes `import HandlerKit` enough for an author: statuses, methods and fields are those of swift-http-types. Pure; any
/// thread.

@_exported public import HTTPTypes
