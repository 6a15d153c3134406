@main struct Ringport { static func main() {} }
