-- One request generator for all runs. Settings come through the environment:
--   BENCH_PATHS   file of "METHOD PATH [BODY]" lines; each request takes a random one
--   BENCH_TOKEN   token to send; empty for none
-- The last line printed is "RESULT <requests/s> <p50 ms> <p99 ms> <p99.9 ms> <requests> <failed>".
local lines = {}
for line in io.lines(os.getenv("BENCH_PATHS")) do
  local method, path, body = line:match("^(%S+) (%S+) ?(.*)$")
  lines[#lines + 1] = { method, path, body ~= "" and body or nil }
end
local headers = { ["Accept"] = "application/json", ["Content-Type"] = "application/json" }
local token = os.getenv("BENCH_TOKEN") or ""
if token ~= "" then headers["X-Auth-Token"] = token end

local threads = 0
function setup(thread)
  threads = threads + 1
  thread:set("seed", threads)
end

function init()
  math.randomseed(os.time() + seed)
end

function request()
  local line = lines[math.random(#lines)]
  return wrk.format(line[1], line[2], headers, line[3])
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format("RESULT %.1f %.3f %.3f %.3f %d %d\n",
    summary.requests / (summary.duration / 1e6), latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency:percentile(99.9) / 1e3, summary.requests,
    errors.status + errors.connect + errors.read + errors.write + errors.timeout))
end
