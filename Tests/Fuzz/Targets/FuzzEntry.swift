/// The function that libFuzzer calls. The fuzzer's thread.

import Glibc

/// Runs the target that `RINGPORT_FUZZ_TARGET` names; libFuzzer has no other way to be told.
@c(LLVMFuzzerTestOneInput)
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
    chosen.run(unsafe Array(UnsafeBufferPointer(start: start, count: count)))
    return 0
}

private let chosen: FuzzTarget = {
    let name = unsafe getenv("RINGPORT_FUZZ_TARGET").map { unsafe String(cString: $0) } ?? ""
    guard let target = FuzzTarget(rawValue: name) else {
        preconditionFailure("RINGPORT_FUZZ_TARGET is one of \(FuzzTarget.allCases.map(\.rawValue)), not '\(name)'")
    }
    return target
}()
