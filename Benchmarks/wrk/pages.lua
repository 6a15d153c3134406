-- Goes round the paths that are given as arguments; all connections share one round, so each path is asked for as often.

dofile("report.lua")

local requests = {}
local number = 0

function init(args)
   for index, path in ipairs(args) do
      requests[index] = wrk.format("GET", path)
   end
end

function request()
   number = number % #requests + 1
   return requests[number]
end
