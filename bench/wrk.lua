-- Sends the requests of a file in turn and prints what came of them as JSON.
-- The file: the number of variants, then raw HTTP templates, all separated by NUL. \1 stands for the number of the variant.
local count, templates, made, n = 0, {}, {}, 0

function init(args)
  local file = assert(io.open(args[1], "rb"))
  local text = file:read("*a")
  file:close()
  for part in text:gmatch("[^%z]+") do templates[#templates + 1] = part end
  count = tonumber(table.remove(templates, 1))
  for i, template in ipairs(templates) do
    local parts = {}
    for part in (template .. "\1"):gmatch("([^\1]*)\1") do parts[#parts + 1] = part end
    templates[i] = parts
  end
end

local function make(i)
  return table.concat(templates[1 + i % #templates], string.format("%08d", i))
end

-- A walk through all variants in an order that no cache likes: the step has no divisor in common with usual counts.
function request()
  n = (n + 7919) % count
  if count > 10000 then return make(n) end
  local known = made[n]
  if known == nil then
    known = make(n)
    made[n] = known
  end
  return known
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '\n{"requests":%d,"microseconds":%d,"bytes":%d,"status":%d,"socket":%d,"p50":%d,"p99":%d}\n',
    summary.requests, summary.duration, summary.bytes, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout,
    latency:percentile(50), latency:percentile(99)))
end
