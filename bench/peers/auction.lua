-- The auction that a team writes in an afternoon, written well: the best 50 of a keyword's 1,000 ads from a sorted set, one ad an
-- advertiser, generalised second prices for the slots, each price taken from the campaign's budget, and the creatives for
-- the answer. Two round trips to Redis: one for the ranking, one for budgets and creatives together.
local cjson = require("cjson.safe")
local redis = require("redis_connection")
local ceil, concat, match, tonumber = math.ceil, table.concat, string.match, tonumber
local command = redis.command

local kTop, kIncrement, kSlotsMax = 50, 10000, 40
-- As long as the tokens of the engine that this is compared with, but not sealed: that is left out in this one's favour.
local kTokenPadding = string.rep("A", 96)

local address, sets
local rankings = {} -- by number of the set: the command that reads it, and a PING
local shown = 0

-- command("HINCRBY", "budgets", campaign, amount), without a table.
local function take(campaign, amount)
  local text = string.format("%d", amount)
  return "*4\r\n$7\r\nHINCRBY\r\n$7\r\nbudgets\r\n$" .. #campaign .. "\r\n" .. campaign .. "\r\n$" .. #text .. "\r\n" ..
         text .. "\r\n"
end

local function open(redis_address, set_count)
  address, sets = redis_address, set_count
  for i = 0, sets - 1 do rankings[i] = command("ZREVRANGE", "kw:" .. i, 0, kTop - 1, "WITHSCORES") .. redis.kPing end
  collectgarbage("setpause", 400) -- memory is plenty, the garbage of an auction is little
  return package.loaded.auction
end

-- Members are AD:CAMPAIGN:ADVERTISER:QUALITY, scores are bid x quality in micros. Lengthens the ranking to `wanted` ads of
-- different advertisers, as far as the reply goes: what no slot and no price needs is not cut up.
local kMemberAndScore = "\n([^:\r\n]+):([^:]+):([^:]+):(%d+)\r\n$%d+\r\n(%d+)\r()"
local function lengthen(ranking, wanted)
  local advertisers, count = ranking.advertisers, #ranking
  while count < wanted do
    local ad, campaign, advertiser, quality, score, at = match(ranking.reply, kMemberAndScore, ranking.at)
    if not ad then return end
    ranking.at = at
    if not advertisers[advertiser] then
      advertisers[advertiser] = true
      count = count + 1
      ranking[count] = {ad = ad, campaign = campaign, advertiser = advertiser, quality = tonumber(quality),
                        score = tonumber(score)}
    end
  end
end

-- Second prices of the first `slots`; gives how many there are.
local function set_prices(ranking, slots)
  lengthen(ranking, slots + 1)
  local count = slots < #ranking and slots or #ranking
  for i = 1, count do
    local own, next_ad = ranking[i], ranking[i + 1]
    local bid = own.score / own.quality
    local price = ceil((next_ad and next_ad.score or 0) / own.quality) + kIncrement
    own.bid, own.price = bid, price < bid and price or bid
  end
  return count
end

-- Takes the winners' prices from their budgets and reads their creatives; winners without money leave the ranking, and it
-- is priced again.
local function charge(connection, ranking, slots)
  while true do
    local count = set_prices(ranking, slots)
    if count == 0 then return 0 end
    local commands, creatives = {}, {"MGET"}
    for i = 1, count do
      commands[i] = take(ranking[i].campaign, -ranking[i].price)
      creatives[i + 1] = "creative:" .. ranking[i].ad
    end
    commands[count + 1] = command(unpack(creatives))
    connection:send(concat(commands))
    local all, left = true, {}
    for i = 1, count do
      left[i] = connection:reply()
      all = all and left[i] >= 0
    end
    local texts = connection:reply()
    for i = 1, count do ranking[i].creative = texts[i] end
    if all then return count end
    commands = {}
    for i = 1, count do
      commands[i] = take(ranking[i].campaign, ranking[i].price)
    end
    connection:send(concat(commands))
    for i = 1, count do connection:reply() end
    for i = count, 1, -1 do
      if left[i] < 0 then table.remove(ranking, i) end
    end
  end
end

local function write(request, placement, ranking, count)
  local out = {'{"request_id":"', request.request_id or "", '","auctions":[{"placement_id":"', placement, '","winners":['}
  local n = #out
  for i = 1, count do
    local ad = ranking[i]
    shown = shown + 1
    local token = kTokenPadding .. string.format("%010d", shown)
    out[n + 1] = i > 1 and ',{"position":' or '{"position":'
    out[n + 2] = i
    out[n + 3] = ',"ad_id":"' .. ad.ad .. '","campaign_id":"' .. ad.campaign .. '","advertiser_id":"' .. ad.advertiser
    out[n + 4] = '","effective_bid_micros":' .. string.format("%d", ad.bid)
    out[n + 5] = ',"price_micros":' .. string.format("%d", ad.price)
    out[n + 6] = ',' .. ad.creative .. ',"token":"' .. token .. '","impression_url":"/v1/impression?t=' .. token
    out[n + 7] = '","click_url":"/v1/click?t=' .. token .. '"}'
    n = n + 7
  end
  out[n + 1] = "]}]}"
  local body = concat(out)
  ngx.header["Content-Length"] = #body
  ngx.print(body)
end

local function answer()
  ngx.req.read_body()
  local request = cjson.decode(ngx.req.get_body_data() or "")
  local wanted = request and request.auctions and request.auctions[1]
  if not wanted then return ngx.exit(400) end
  local connection, why = redis.connect(address)
  if not connection then
    ngx.log(ngx.ERR, "redis: ", why)
    return ngx.exit(503)
  end
  connection:send(rankings[ngx.crc32_short(request.query or "") % sets])
  local ranking = {reply = connection:bytes_before_pong(), at = 1, advertisers = {}}
  local count = charge(connection, ranking, math.min(wanted.slots or kSlotsMax, kSlotsMax))
  connection:release()
  write(request, wanted.placement_id, ranking, count)
end

return {open = open, answer = answer}
