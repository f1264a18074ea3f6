-- Asks for the paths of a list in turn, each with its cookie, and prints the figures as JSON.
-- The list: lines of a path, a Cookie header or nothing, other headers ("Name: value", with " | "
-- between two) or nothing, and a body to be posted or nothing, with tabs between. With "once" as the second argument every
-- line is asked for once at most: at the end of the list the measuring ends.

local prepared, position, once = {}, 0, false

function init(arguments)
  once = arguments[2] == "once"
  local host = wrk.headers["Host"]
  for line in io.lines(arguments[1]) do
    local path, cookie, headers, body = line:match("^([^\t]*)\t([^\t]*)\t([^\t]*)\t(.*)$")
    wrk.headers = {["Host"] = host}
    wrk.headers["Cookie"] = cookie ~= "" and cookie or nil
    wrk.headers["Content-Type"] = body ~= "" and "application/json" or nil
    for name, value in headers:gmatch("([%w-]+): ([^|]*[^| ])") do
      wrk.headers[name] = value
    end
    if body == "" then
      prepared[#prepared + 1] = wrk.format("GET", path)
    else
      prepared[#prepared + 1] = wrk.format("POST", path, nil, body)
    end
  end
end

function request()
  position = position + 1
  if position > #prepared then
    if once then
      wrk.thread:stop()
    end
    position = 1
  end
  return prepared[position]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  io.write(string.format(
    '\n{"requests": %d, "microseconds": %d, "bytes": %d, "failed": %d, "p50": %d, "p99": %d}\n',
    summary.requests, summary.duration, summary.bytes, failed,
    latency:percentile(50), latency:percentile(99)
  ))
end
