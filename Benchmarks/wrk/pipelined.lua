-- Sixteen requests at a time on each connection. wrk counts the requests in what request() gives once, at its start, and
-- sends again when it has as many answers.

dofile("report.lua")

local depth = 16
local joined

function init(args)
   joined = string.rep(wrk.format(), depth)
end

function request()
   return joined
end
