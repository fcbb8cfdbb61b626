-- What wrk sends: the paths of a file, in turn. What it prints at the end: one line of figures.
local requests = {}
local turn = 0

function init(arguments)
  for path in io.lines(arguments[1]) do
    requests[#requests + 1] = wrk.format("GET", path)
  end
end

function request()
  turn = turn % #requests + 1
  return requests[turn]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format("RESULT %d %d %d %d %d %f\n", summary.requests, summary.duration, failed,
    latency:percentile(50), latency:percentile(99), os.clock()))
end
