//! Texts to measure on, made from word lists and a seed.

pub const CORPORA: [&str; 6] = ["prose", "code", "zh", "ja", "ko", "json"];

pub const WORST: [&str; 9] = [
    "letter", "spaces", "newlines", "lower", "base64", "marks", "digits", "han", "punctuation",
];

/// About a megabyte of a kind of text.
pub fn make(corpus: &str) -> String {
    let mut random = Random(corpus.bytes().fold(7, |seed, byte| seed * 31 + u64::from(byte)));
    let mut text = String::new();
    while text.len() < 1_000_000 {
        match corpus {
            "code" => function(&mut random, &mut text),
            "json" => record(&mut random, &mut text),
            "zh" => sentence(&mut random, &mut text, ZH, "", "，", "。"),
            "ja" => sentence(&mut random, &mut text, JA, "", "、", "。"),
            "ko" => sentence(&mut random, &mut text, KO, " ", ", ", ". "),
            _ => sentence(&mut random, &mut text, EN, " ", ", ", ". "),
        }
    }
    text
}

/// A text that makes tokenizers slow.
pub fn worst(case: &str, bytes: usize) -> String {
    let mut random = Random(42);
    let mut of = |chars: &[char]| -> String {
        let mut text = String::new();
        while text.len() < bytes {
            text.push(chars[random.below(chars.len())]);
        }
        text
    };
    let base64: Vec<char> =
        ('a'..='z').chain('A'..='Z').chain('0'..='9').chain(['+', '/']).collect();
    match case {
        "letter" => of(&['a']),
        "spaces" => of(&[' ']),
        "newlines" => of(&['\n']),
        "lower" => of(&('a'..='z').collect::<Vec<_>>()),
        "base64" => of(&base64),
        "marks" => of(&['\u{301}']),
        "digits" => of(&('0'..='9').collect::<Vec<_>>()),
        "han" => of(&('\u{4e00}'..='\u{9fa5}').collect::<Vec<_>>()),
        _ => of(&"!@#$%^&*()_+-=[]{}|;:,.<>?/".chars().collect::<Vec<_>>()),
    }
}

fn sentence(random: &mut Random, text: &mut String, words: &str, gap: &str, comma: &str, end: &str) {
    let words: Vec<&str> = words.split_whitespace().collect();
    let length = 5 + random.below(16);
    for at in 0..length {
        // Some words are frequent and most are rare.
        let word = words[random.below(words.len()) * random.below(1000) / 1000];
        if at == 0 && gap == " " {
            let mut letters = word.chars();
            text.extend(letters.next().into_iter().flat_map(char::to_uppercase));
            text.push_str(letters.as_str());
        } else {
            text.push_str(word);
        }
        if random.below(40) == 0 {
            text.push_str(&format!("{gap}{}", random.below(3000)));
        }
        if random.below(25) == 0 && gap == " " {
            name(random, text);
        }
        match at {
            _ if at + 1 == length => text.push_str(end),
            _ if random.below(9) == 0 => text.push_str(comma),
            _ => text.push_str(gap),
        }
    }
    if random.below(6) == 0 {
        text.push_str("\n\n");
    }
}

/// A made-up name, as no vocabulary holds it whole.
fn name(random: &mut Random, text: &mut String) {
    const PARTS: [&str; 16] = [
        "ka", "ri", "to", "mel", "van", "der", "qui", "zo", "lin", "ster", "bo", "ya", "wen", "hal",
        "dru", "gi",
    ];
    text.push_str(if random.below(2) == 0 { " Mr " } else { " Ms " });
    let part = PARTS[random.below(16)];
    text.push_str(&part[..1].to_uppercase());
    text.push_str(&part[1..]);
    (0..1 + random.below(2)).for_each(|_| text.push_str(PARTS[random.below(16)]));
}

fn function(random: &mut Random, text: &mut String) {
    let words: Vec<&str> = EN.split_whitespace().collect();
    let mut word = || words[random.below(words.len()) * random.below(1000) / 1000];
    let (noun, verb, kind, value) = (word(), word(), word(), word());
    let upper = format!("{}{}", kind[..1].to_uppercase(), &kind[1..]);
    let (a, b) = (random.below(5000), random.below(64));
    text.push_str(&format!(
        "/// Returns the {noun} of a {kind}, or `None` when there is no {value}.\n\
         pub fn {verb}_{noun}(&self, {kind}: &{upper}, limit: usize) -> Option<Vec<u{b}>> {{\n    \
         let mut {value}_count = {a};\n    \
         for (index, {noun}) in self.{kind}s.iter().enumerate() {{\n        \
         if {noun}.len() > limit || index == {b} {{\n            \
         return None; // {verb} {value} first\n        }}\n        \
         {value}_count += {noun}.{verb}()?.{value} as usize;\n    }}\n    \
         assert!({value}_count != 0x{a:04x}, \"{noun} {verb}: {{{value}_count}}\");\n    \
         Some(vec![{b}; {value}_count])\n}}\n\n"
    ));
}

fn record(random: &mut Random, text: &mut String) {
    let words: Vec<&str> = EN.split_whitespace().collect();
    let id = random.next();
    let (a, b, c) = (random.below(100_000), random.below(1000), random.below(2) == 0);
    let mut word = || words[random.below(words.len()) * random.below(1000) / 1000];
    text.push_str(&format!(
        "{{\"id\": \"resp_{id:016x}\", \"object\": \"response\", \"created_at\": 17{a:08}, \
         \"status\": \"completed\", \"model\": \"gpt-5.4-mini\", \"output\": [{{\"type\": \
         \"message\", \"role\": \"assistant\", \"content\": [{{\"type\": \"output_text\", \"text\": \
         \"The {} {} of the {} was {}.\\n\\nIt {} {}\"}}]}}], \"usage\": {{\"input_tokens\": {a}, \
         \"output_tokens\": {b}, \"total_tokens\": {}}}, \"store\": {c}, \"{}_{}\": null}}\n",
        word(), word(), word(), word(), word(), word(), a + b, word(), word(),
    ));
}

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() >> 33) as usize % end
    }
}

const EN: &str = "the of and to in a is that for it as was with be by on not he his but at are this \
 have from or had an they which one you were all her she there would their we him been has when who \
 will no more if out so up said what its about than into them can only other time new some could \
 these two may first then do any like my now over such our man me even most made after also did many \
 off before must well back through years where much your way down should because long each just state \
 people those too mr how little good world make very year still see work life might between both \
 under never day same another know while last us great old come against go came right take three \
 himself few house use during without again place around however small found thought went say part \
 once high general upon school every don't does got united left number until always something fact \
 water less public put think almost hand enough far took head yet government system better set told \
 nothing night end why didn't called eyes find going look asked later knew point next program city \
 business give group toward young days let room word within money country given ticket platform \
 carriage engine whistle station conductor timetable passenger luggage bridge river mountain valley \
 journey distance price fare collector barrier machine counter queue morning evening letter reader \
 language sentence meaning question answer model measure estimate certain uncertain evidence method \
 argument conclusion example exception chapter history century revolution parliament minister economy \
 industry merchant harbour vessel captain voyage discovery continent climate temperature atmosphere \
 pressure velocity momentum electricity magnetism chemistry molecule hydrogen oxygen carbon protein \
 membrane bacteria immune medicine patient hospital diagnosis treatment recovery insurance contract \
 liability negotiation settlement jurisdiction constitution amendment legislature referendum \
 philosophy consciousness perception imagination melancholy tenderness reluctance indifference";

const ZH: &str = "的 一 是 在 不 了 有 和 人 这 中 大 为 上 个 国 我 以 要 他 时 来 用 们 生 到 作 地 于 出 就 分 对 \
 成 会 可 主 发 年 动 同 工 也 能 下 过 子 说 产 种 面 而 方 后 多 定 行 学 法 所 民 得 经 十 三 之 进 着 等 部 度 \
 家 电 力 里 如 水 化 高 自 二 理 起 小 物 现 实 加 量 都 两 体 制 机 当 使 点 从 业 本 去 把 性 好 应 开 它 合 还 \
 因 由 其 些 然 前 外 天 政 四 日 那 社 义 事 平 形 相 全 表 间 样 与 关 各 重 新 线 内 数 正 心 反 你 明 看 原 又 \
 我们 他们 自己 没有 什么 问题 时候 可以 知道 现在 因为 所以 如果 但是 已经 开始 发展 社会 经济 文化 历史 科学 \
 技术 研究 政府 企业 市场 管理 系统 信息 数据 网络 计算 程序 语言 模型 函数 变量 类型 参数 返回 错误 文件 目录 \
 用户 请求 服务 价格 车站 火车 票价 乘客 行李 月台 旅行 城市 北京 上海 春天 夜晚 朋友 孩子 母亲 老师 学生 学校 \
 图书馆 博物馆 天气 温度 电影 音乐 报纸 新闻 记者 医生 医院 健康 运动 比赛 世界 国家 人民 法律 自由 和平 战争 \
 改革 开放 环境 保护 能源 资源 人工智能 机器学习 深度 神经网络 为了 通过 根据 关于 由于 虽然 而且 或者 只要 \
 举世闻名 络绎不绝 踌躇 蹒跚 璀璨 旖旎 氤氲 邂逅";

const JA: &str = "の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この \
 ため その あっ よう また もの という あり まで られ なる へ か だ これ によって により おり より による ず なり \
 られる において ば なかっ なく しかし について せ だっ その後 できる それ 私 彼女 今日 明日 昨日 時間 仕事 学校 \
 先生 学生 友達 家族 電車 駅 切符 運賃 乗客 荷物 旅行 東京 大阪 京都 日本 世界 言葉 文章 意味 質問 答え 例 関数 \
 変数 値 型 引数 戻り値 エラー ファイル プログラム コンピュータ データ ネットワーク モデル トークン ユーザー \
 サービス システム メモリ スレッド ライブラリ 所有権 参照 可能 必要 場合 使用 定義 実装 処理 実行 確認 変更 \
 追加 説明 理解 考え 思い 見え 聞こえ 歩い 走っ 食べ 飲ん 読ん 書い 話し 美しい 新しい 古い 大きい 小さい 高い \
 静か 賑やか 有名 春 夏 秋 冬 朝 昼 夜 雨 雪 風 花 海 山 川 空 心 手 目 耳 声 猫 犬 経済 政治 社会 文化 歴史 科学 \
 技術 研究 開発 環境 健康 病院 医者 新聞 雑誌 映画 音楽 料理 憂鬱 躊躇 薔薇 曖昧";

const KO: &str = "이 그 저 것 수 등 들 및 더 또 그리고 그러나 하지만 때문에 대한 위해 통해 있는 없는 하는 되는 같은 \
 있다 없다 한다 된다 했다 됐다 있었다 않는다 것이다 우리는 나는 그는 그녀는 사람들은 오늘 내일 어제 시간이 일을 \
 학교에서 선생님이 학생들이 친구와 가족을 기차가 역에서 표를 요금은 승객이 짐을 여행을 서울에서 부산까지 한국의 \
 세계에서 언어를 문장의 의미를 질문에 대답을 예를 함수는 변수를 값이 타입을 매개변수 반환값 오류가 파일을 \
 프로그램을 컴퓨터 데이터를 네트워크 모델이 토큰의 사용자가 서비스를 시스템의 메모리를 스레드 라이브러리 소유권 \
 참조를 가능한 필요한 경우에 사용하여 정의된 구현을 처리하고 실행할 확인하는 변경되지 추가하면 설명합니다 이해하기 \
 생각한다 보인다 들린다 걸었다 달렸다 먹었다 마셨다 읽었다 썼다 말했다 아름다운 새로운 오래된 커다란 작은 높은 \
 조용한 유명한 봄이 여름에 가을의 겨울 아침 낮에 밤을 비가 눈이 바람이 꽃이 바다를 산에 강을 하늘 마음이 손을 \
 눈으로 소리가 고양이 강아지 경제 정치 사회 문화 역사 과학 기술 연구 개발 환경 건강 병원 의사 신문 영화 음악 요리 \
 쓸쓸하다 머뭇거리며 찬란하게 꿰뚫었다";
