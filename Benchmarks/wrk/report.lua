-- Prints wrk's results in one line that a program reads, exact where wrk rounds. pipelined.lua loads it. It has no
-- request(), so that wrk makes its request once and calls no Lua while it measures.

function done(summary, latency, requests)
   local errors = summary.errors
   print(string.format("report: %d %d %d %d %d %d", summary.requests, summary.bytes, summary.duration,
      latency:percentile(99), errors.status, errors.connect + errors.read + errors.write + errors.timeout))
end
