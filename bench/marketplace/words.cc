#include "bench/marketplace/words.h"

#include <array>

namespace gavel {
namespace {

constexpr ProductKind kKinds[] = {
    {"women", "dress", {"连衣裙", "dress"}},
    {"women", "blouse", {"衬衫", "blouse"}},
    {"women", "skirt", {"半身裙", "skirt"}},
    {"women", "cardigan", {"针织开衫", "cardigan"}},
    {"women", "trench-coat", {"风衣", "trench coat"}},
    {"women", "leggings", {"打底裤", "leggings"}},
    {"women", "qipao", {"旗袍", "qipao"}},
    {"women", "pyjamas", {"睡衣", "pyjamas"}},
    {"men", "t-shirt", {"短袖", "t-shirt"}},
    {"men", "jeans", {"牛仔裤", "jeans"}},
    {"men", "hoodie", {"卫衣", "hoodie"}},
    {"men", "suit", {"西装", "suit"}},
    {"men", "polo", {"polo衫", "polo shirt"}},
    {"men", "down-jacket", {"羽绒服", "down jacket"}},
    {"men", "shorts", {"短裤", "shorts"}},
    {"men", "belt", {"皮带", "belt"}},
    {"shoes", "sneakers", {"运动鞋", "sneakers"}},
    {"shoes", "boots", {"靴子", "boots"}},
    {"shoes", "sandals", {"凉鞋", "sandals"}},
    {"shoes", "loafers", {"乐福鞋", "loafers"}},
    {"shoes", "high-heels", {"高跟鞋", "high heels"}},
    {"shoes", "slippers", {"拖鞋", "slippers"}},
    {"shoes", "running-shoes", {"跑步鞋", "running shoes"}},
    {"shoes", "canvas-shoes", {"帆布鞋", "canvas shoes"}},
    {"bags", "handbag", {"手提包", "handbag"}},
    {"bags", "backpack", {"双肩包", "backpack"}},
    {"bags", "suitcase", {"行李箱", "suitcase"}},
    {"bags", "wallet", {"钱包", "wallet"}},
    {"bags", "crossbody-bag", {"斜挎包", "crossbody bag"}},
    {"bags", "tote", {"托特包", "tote bag"}},
    {"bags", "school-bag", {"书包", "school bag"}},
    {"bags", "cosmetic-bag", {"化妆包", "cosmetic bag"}},
    {"beauty", "lipstick", {"口红", "lipstick"}},
    {"beauty", "face-mask", {"面膜", "face mask"}},
    {"beauty", "sunscreen", {"防晒霜", "sunscreen"}},
    {"beauty", "serum", {"精华液", "serum"}},
    {"beauty", "cleanser", {"洗面奶", "facial cleanser"}},
    {"beauty", "perfume", {"香水", "perfume"}},
    {"beauty", "foundation", {"粉底液", "foundation"}},
    {"beauty", "eye-shadow", {"眼影", "eye shadow"}},
    {"personal-care", "shampoo", {"洗发水", "shampoo"}},
    {"personal-care", "toothpaste", {"牙膏", "toothpaste"}},
    {"personal-care", "electric-toothbrush", {"电动牙刷", "electric toothbrush"}},
    {"personal-care", "body-wash", {"沐浴露", "body wash"}},
    {"personal-care", "razor", {"剃须刀", "razor"}},
    {"personal-care", "hand-cream", {"护手霜", "hand cream"}},
    {"personal-care", "tissues", {"抽纸", "tissues"}},
    {"personal-care", "hair-dryer", {"吹风机", "hair dryer"}},
    {"phones", "smartphone", {"手机", "smartphone"}},
    {"phones", "phone-case", {"手机壳", "phone case"}},
    {"phones", "charger", {"充电器", "charger"}},
    {"phones", "power-bank", {"充电宝", "power bank"}},
    {"phones", "earphones", {"耳机", "earphones"}},
    {"phones", "data-cable", {"数据线", "data cable"}},
    {"phones", "screen-film", {"钢化膜", "screen protector"}},
    {"phones", "smart-watch", {"智能手表", "smart watch"}},
    {"computers", "laptop", {"笔记本电脑", "laptop"}},
    {"computers", "keyboard", {"机械键盘", "keyboard"}},
    {"computers", "mouse", {"鼠标", "mouse"}},
    {"computers", "monitor", {"显示器", "monitor"}},
    {"computers", "tablet", {"平板电脑", "tablet"}},
    {"computers", "router", {"路由器", "router"}},
    {"computers", "hard-disk", {"移动硬盘", "portable drive"}},
    {"computers", "printer", {"打印机", "printer"}},
    {"appliances", "rice-cooker", {"电饭煲", "rice cooker"}},
    {"appliances", "air-fryer", {"空气炸锅", "air fryer"}},
    {"appliances", "vacuum", {"吸尘器", "vacuum cleaner"}},
    {"appliances", "fan", {"电风扇", "electric fan"}},
    {"appliances", "humidifier", {"加湿器", "humidifier"}},
    {"appliances", "kettle", {"电热水壶", "kettle"}},
    {"appliances", "washing-machine", {"洗衣机", "washing machine"}},
    {"appliances", "refrigerator", {"冰箱", "refrigerator"}},
    {"kitchen", "wok", {"炒锅", "wok"}},
    {"kitchen", "knife", {"菜刀", "kitchen knife"}},
    {"kitchen", "thermos", {"保温杯", "thermos"}},
    {"kitchen", "chopsticks", {"筷子", "chopsticks"}},
    {"kitchen", "lunch-box", {"饭盒", "lunch box"}},
    {"kitchen", "tea-set", {"茶具", "tea set"}},
    {"kitchen", "mug", {"马克杯", "mug"}},
    {"kitchen", "storage-jar", {"密封罐", "storage jar"}},
    {"home", "bedding", {"四件套", "bedding set"}},
    {"home", "pillow", {"枕头", "pillow"}},
    {"home", "curtain", {"窗帘", "curtain"}},
    {"home", "rug", {"地毯", "rug"}},
    {"home", "towel", {"毛巾", "towel"}},
    {"home", "storage-box", {"收纳箱", "storage box"}},
    {"home", "desk-lamp", {"台灯", "desk lamp"}},
    {"home", "quilt", {"被子", "quilt"}},
    {"furniture", "sofa", {"沙发", "sofa"}},
    {"furniture", "mattress", {"床垫", "mattress"}},
    {"furniture", "dining-table", {"餐桌", "dining table"}},
    {"furniture", "office-chair", {"办公椅", "office chair"}},
    {"furniture", "bookshelf", {"书架", "bookshelf"}},
    {"furniture", "wardrobe", {"衣柜", "wardrobe"}},
    {"furniture", "shoe-rack", {"鞋架", "shoe rack"}},
    {"furniture", "tea-table", {"茶几", "coffee table"}},
    {"food", "nuts", {"坚果", "nuts"}},
    {"food", "green-tea", {"绿茶", "green tea"}},
    {"food", "coffee", {"咖啡", "coffee"}},
    {"food", "biscuits", {"饼干", "biscuits"}},
    {"food", "noodles", {"方便面", "instant noodles"}},
    {"food", "milk", {"牛奶", "milk"}},
    {"food", "honey", {"蜂蜜", "honey"}},
    {"food", "chocolate", {"巧克力", "chocolate"}},
    {"fresh", "apples", {"苹果", "apples"}},
    {"fresh", "oranges", {"脐橙", "navel oranges"}},
    {"fresh", "crab", {"大闸蟹", "hairy crab"}},
    {"fresh", "beef", {"牛排", "steak"}},
    {"fresh", "shrimp", {"虾仁", "shrimp"}},
    {"fresh", "eggs", {"鸡蛋", "eggs"}},
    {"fresh", "cherries", {"车厘子", "cherries"}},
    {"fresh", "rice", {"大米", "rice"}},
    {"baby", "diapers", {"纸尿裤", "diapers"}},
    {"baby", "milk-powder", {"奶粉", "milk powder"}},
    {"baby", "stroller", {"婴儿车", "stroller"}},
    {"baby", "feeding-bottle", {"奶瓶", "feeding bottle"}},
    {"baby", "baby-clothes", {"婴儿服", "baby clothes"}},
    {"baby", "car-seat", {"安全座椅", "car seat"}},
    {"baby", "wet-wipes", {"湿巾", "wet wipes"}},
    {"baby", "crib", {"婴儿床", "crib"}},
    {"toys", "building-blocks", {"积木", "building blocks"}},
    {"toys", "puzzle", {"拼图", "jigsaw puzzle"}},
    {"toys", "doll", {"娃娃", "doll"}},
    {"toys", "toy-car", {"玩具车", "toy car"}},
    {"toys", "drone", {"无人机", "drone"}},
    {"toys", "plush-bear", {"毛绒熊", "plush bear"}},
    {"toys", "board-game", {"桌游", "board game"}},
    {"toys", "kite", {"风筝", "kite"}},
    {"sports", "yoga-mat", {"瑜伽垫", "yoga mat"}},
    {"sports", "bicycle", {"自行车", "bicycle"}},
    {"sports", "tent", {"帐篷", "tent"}},
    {"sports", "basketball", {"篮球", "basketball"}},
    {"sports", "badminton-racket", {"羽毛球拍", "badminton racket"}},
    {"sports", "dumbbell", {"哑铃", "dumbbell"}},
    {"sports", "fishing-rod", {"鱼竿", "fishing rod"}},
    {"sports", "swimsuit", {"泳衣", "swimsuit"}},
    {"pets", "cat-litter", {"猫砂", "cat litter"}},
    {"pets", "dog-food", {"狗粮", "dog food"}},
    {"pets", "cat-food", {"猫粮", "cat food"}},
    {"pets", "fish-tank", {"鱼缸", "fish tank"}},
    {"pets", "pet-bed", {"宠物窝", "pet bed"}},
    {"pets", "cat-tree", {"猫爬架", "cat tree"}},
    {"pets", "leash", {"牵引绳", "leash"}},
    {"pets", "pet-carrier", {"宠物包", "pet carrier"}},
    {"books", "novel", {"小说", "novel"}},
    {"books", "picture-book", {"绘本", "picture book"}},
    {"books", "dictionary", {"字典", "dictionary"}},
    {"books", "notebook", {"笔记本", "notebook"}},
    {"books", "pen", {"钢笔", "fountain pen"}},
    {"books", "cookbook", {"食谱", "cookbook"}},
    {"books", "calendar", {"日历", "calendar"}},
    {"books", "exercise-book", {"练习册", "exercise book"}},
    {"car", "dash-cam", {"行车记录仪", "dash cam"}},
    {"car", "seat-cover", {"座套", "seat cover"}},
    {"car", "tyre", {"轮胎", "tyre"}},
    {"car", "engine-oil", {"机油", "engine oil"}},
    {"car", "car-perfume", {"车载香水", "car perfume"}},
    {"car", "phone-holder", {"手机支架", "phone holder"}},
    {"car", "wiper", {"雨刮器", "wiper"}},
    {"car", "helmet", {"头盔", "helmet"}},
};

constexpr WordPair kAdjectives[] = {
    {"夏季", "summer"},
    {"新款", "new"},
    {"冬季", "winter"},
    {"秋季", "autumn"},
    {"春季", "spring"},
    {"便宜", "cheap"},
    {"高级", "premium"},
    {"复古", "vintage"},
    {"轻便", "lightweight"},
    {"大码", "plus size"},
    {"加厚", "thick"},
    {"防水", "waterproof"},
    {"智能", "smart"},
    {"迷你", "mini"},
    {"便携", "portable"},
    {"折叠", "folding"},
    {"纯棉", "cotton"},
    {"真丝", "silk"},
    {"羊毛", "wool"},
    {"真皮", "leather"},
    {"不锈钢", "steel"},
    {"实木", "wooden"},
    {"陶瓷", "ceramic"},
    {"竹制", "bamboo"},
    {"黑色", "black"},
    {"白色", "white"},
    {"红色", "red"},
    {"蓝色", "blue"},
    {"绿色", "green"},
    {"粉色", "pink"},
    {"灰色", "grey"},
    {"紫色", "purple"},
    {"碎花", "floral"},
    {"条纹", "striped"},
    {"格子", "plaid"},
    {"印花", "printed"},
    {"简约", "minimalist"},
    {"北欧", "nordic"},
    {"日系", "japanese"},
    {"中式", "chinese style"},
    {"韩版", "korean style"},
    {"可爱", "cute"},
    {"时尚", "fashion"},
    {"经典", "classic"},
    {"奢华", "luxury"},
    {"柔软", "soft"},
    {"透气", "breathable"},
    {"速干", "quick dry"},
    {"保暖", "warm"},
    {"静音", "silent"},
    {"无线", "wireless"},
    {"充电", "rechargeable"},
    {"节能", "energy saving"},
    {"大容量", "large capacity"},
    {"多功能", "multifunction"},
    {"有机", "organic"},
    {"无糖", "sugar free"},
    {"进口", "imported"},
    {"手工", "handmade"},
    {"定制", "custom"},
    {"礼盒", "gift box"},
    {"专业", "professional"},
    {"环保", "eco friendly"},
    {"耐用", "durable"},
};

constexpr WordPair kAudiences[] = {
    {"女士", "women"},     {"男士", "men"},         {"儿童", "kids"},         {"婴儿", "infant"},
    {"学生", "student"},   {"妈妈", "mother"},      {"老人", "senior"},       {"情侣", "couple"},
    {"孕妇", "maternity"}, {"少女", "girls"},       {"男童", "boys"},         {"宝宝", "toddler"},
    {"家用", "household"}, {"办公室", "office"},    {"宿舍", "dormitory"},    {"户外", "outdoor"},
    {"旅行", "travel"},    {"露营", "camping"},     {"健身", "fitness"},      {"跑步", "jogging"},
    {"通勤", "commuter"},  {"婚礼", "wedding"},     {"生日", "birthday"},     {"派对", "party"},
    {"厨房", "kitchen"},   {"客厅", "living room"}, {"卧室", "bedroom"},      {"阳台", "balcony"},
    {"车载", "in car"},    {"商务", "business"},    {"小户型", "small flat"}, {"新手", "beginner"},
};

constexpr WordPair kEndings[] = {
    {"包邮", "free shipping"},           {"旗舰店正品", "official store"},   {"限时特惠", "limited offer"},
    {"买一送一", "buy one get one"},     {"七天无理由退换", "easy returns"}, {"现货速发", "ships today"},
    {"人气爆款", "best seller"},         {"店主推荐", "editor's pick"},      {"送运费险", "returns on us"},
    {"第二件半价", "second half price"}, {"老客优惠", "members save"},       {"源头工厂", "factory direct"},
};

constexpr WordPair kRare[] = {
    {"怎么选", "how to choose"},   {"评测", "review"},         {"图片", "pictures"},
    {"尺寸对照", "size chart"},    {"维修", "repair"},         {"二手", "second hand"},
    {"同款", "lookalike"},         {"说明书", "manual"},       {"配件", "spare parts"},
    {"价格走势", "price history"}, {"哪里买", "where to buy"}, {"对比", "versus"},
    {"清仓", "clearance"},         {"批发", "wholesale"},      {"出租", "rental"},
    {"教程", "tutorial"},
};

constexpr std::string_view kZhFirst[] = {"云", "晴", "木", "禾", "澜", "屿", "柚", "棠",
                                         "鹿", "星", "拾", "初", "南", "青", "沐", "曦",
                                         "岚", "汀", "稻", "橙", "陌", "簇", "珂", "隅"};
constexpr std::string_view kZhSecond[] = {"语集", "朵铺", "栖屋", "里造", "梦坊", "芽社", "渡物", "阁选",
                                          "川作", "汐家", "弥社", "野铺", "序集", "间物", "麓选", "榭造",
                                          "渔坊", "泊屋", "苔家", "笺作", "暖铺", "棉社", "霁物", "砚集"};
constexpr std::string_view kEnFirst[] = {"Lum",  "Quor", "Zeph", "Brin", "Mav", "Tor",  "Ely",   "Nov",
                                         "Wist", "Hax",  "Oru",  "Pell", "Sav", "Yld",  "Krem",  "Dov",
                                         "Fen",  "Jut",  "Rho",  "Vask", "Ibb", "Culm", "Gorse", "Umb"};
constexpr std::string_view kEnSecond[] = {"ovia",   "enfield", "ibrook", "andale", "ostra", "umere",
                                          "eltide", "aria",    "ixwood", "orrow",  "epine", "ustral",
                                          "onique", "ettle",   "agrove", "illow",  "urna",  "amond",
                                          "otto",   "erly",    "osper",  "idgate", "empo",  "untley"};

// China's province-level divisions as ISO 3166-2 codes them.
constexpr Province kProvinces[] = {
    {"CN-GD", 126}, {"CN-SD", 102}, {"CN-HA", 99}, {"CN-JS", 85}, {"CN-SC", 84}, {"CN-HE", 75}, {"CN-HN", 66},
    {"CN-ZJ", 65},  {"CN-AH", 61},  {"CN-HB", 58}, {"CN-GX", 50}, {"CN-YN", 47}, {"CN-JX", 45}, {"CN-LN", 43},
    {"CN-FJ", 42},  {"CN-SN", 40},  {"CN-GZ", 39}, {"CN-SX", 35}, {"CN-CQ", 32}, {"CN-HL", 32}, {"CN-XJ", 26},
    {"CN-GS", 25},  {"CN-SH", 25},  {"CN-JL", 24}, {"CN-NM", 24}, {"CN-TW", 23}, {"CN-BJ", 22}, {"CN-TJ", 14},
    {"CN-HI", 10},  {"CN-HK", 7},   {"CN-NX", 7},  {"CN-QH", 6},  {"CN-XZ", 4},  {"CN-MO", 1},
};

constexpr std::string_view kPersonaTags[] = {
    "female",       "male",         "age:18-24",     "age:25-34",     "age:35-44",   "age:45-54",
    "age:55-plus",  "city:tier-1",  "city:tier-2",   "city:tier-3",   "city:tier-4", "city:tier-5",
    "member:plus",  "member:gold",  "member:silver", "new-customer",  "returning",   "lapsed",
    "student",      "parent",       "pet-owner",     "car-owner",     "home-owner",  "renter",
    "price-hunter", "brand-loyal",  "luxury",        "night-shopper", "early-bird",  "weekend-shopper",
    "live-watcher", "coupon-lover", "gift-giver",    "gamer",         "runner",      "cook",
    "traveller",    "reader",       "photographer",  "diy",
};

}  // namespace

std::span<const ProductKind> product_kinds() {
  return kKinds;
}
std::span<const WordPair> adjectives() {
  return kAdjectives;
}
std::span<const WordPair> audiences() {
  return kAudiences;
}
std::span<const WordPair> title_endings() {
  return kEndings;
}
std::span<const WordPair> rare_words() {
  return kRare;
}
std::span<const Province> provinces() {
  return kProvinces;
}
std::span<const std::string_view> persona_tags() {
  return kPersonaTags;
}

BrandName brand_name(std::size_t brand) {
  const std::size_t first = brand % std::size(kZhFirst);
  const std::size_t second = brand / std::size(kZhFirst) % std::size(kZhSecond);
  return {kZhFirst[first], kZhSecond[second], kEnFirst[first], kEnSecond[second]};
}

}  // namespace gavel
