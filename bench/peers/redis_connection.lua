-- Redis over a cosocket, as few bytes and calls as can be: commands are written in one piece, and what comes back is read in
-- pieces as large as they come and cut in Lua (a call of receive() for each line costs more than the auction).
local tcp, find, sub, byte, tonumber = ngx.socket.tcp, string.find, string.sub, string.byte, tonumber
local concat = table.concat

local kReadBytes = 65536
local kIdleMs, kPooled = 60000, 256

local Connection = {}
Connection.__index = Connection

-- A connection from the pool of this worker, or a new one; nil and why otherwise.
local function connect(address)
  local socket = tcp()
  socket:settimeouts(1000, 1000, 5000)
  local ok, why = socket:connect(address)
  if not ok then return nil, why end
  return setmetatable({socket = socket, buffer = "", at = 1}, Connection)
end

-- One command in Redis' protocol, as bytes to send.
local function command(...)
  local words = {...}
  local out = {"*" .. #words .. "\r\n"}
  for i, word in ipairs(words) do
    word = tostring(word)
    out[i + 1] = "$" .. #word .. "\r\n" .. word .. "\r\n"
  end
  return concat(out)
end

function Connection:send(bytes)
  local sent, why = self.socket:send(bytes)
  if not sent then error("redis: " .. why) end
end

function Connection:more()
  local bytes, why = self.socket:receiveany(kReadBytes)
  if not bytes then error("redis: " .. why) end
  self.buffer = self.at > #self.buffer and bytes or sub(self.buffer, self.at) .. bytes
  self.at = 1
end

function Connection:line()
  local stop = find(self.buffer, "\r\n", self.at, true)
  while not stop do
    self:more()
    stop = find(self.buffer, "\r\n", self.at, true)
  end
  local line = sub(self.buffer, self.at, stop - 1)
  self.at = stop + 2
  return line
end

-- The next reply: a string, a number, a list of those, or nil; an error of Redis is an error here.
function Connection:reply()
  local line = self:line()
  local kind, rest = byte(line), sub(line, 2)
  if kind == 36 then -- $: so many bytes
    local length = tonumber(rest)
    if length < 0 then return nil end
    while #self.buffer - self.at + 1 < length + 2 do self:more() end
    local value = sub(self.buffer, self.at, self.at + length - 1)
    self.at = self.at + length + 2
    return value
  elseif kind == 58 then -- :
    return tonumber(rest)
  elseif kind == 42 then -- *
    local list, count = {}, tonumber(rest)
    for i = 1, count do list[i] = self:reply() end
    return list
  elseif kind == 43 then -- +
    return rest
  end
  error("redis: " .. line)
end

-- The reply to the one command before a PING, as bytes: what is only looked at in part need not be cut up.
function Connection:bytes_before_pong()
  while sub(self.buffer, -7) ~= "+PONG\r\n" do self:more() end
  local bytes = sub(self.buffer, self.at, -8)
  self.buffer, self.at = "", 1
  return bytes
end

function Connection:release()
  self.socket:setkeepalive(kIdleMs, kPooled)
end

return {connect = connect, command = command, kPing = command("PING")}
