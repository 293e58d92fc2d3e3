-- For wrk: POSTs the bodies of a file, a line each, in turn, and reports as JSON. Usage: wrk -s bodies.lua URL -- FILE
local requests, at = {}, 0

function init(arguments)
  for line in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, {["Content-Type"] = "application/json"}, line)
  end
end

function request()
  at = at % #requests + 1
  return requests[at]
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format('\nJSON {"requests":%d,"seconds":%.6f,"errors":%d}\n', summary.requests, summary.duration / 1e6,
                         errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
