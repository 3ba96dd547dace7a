//! Texts that look for trouble, from a seed.

/// A small generator of random numbers; the same seed gives the same texts everywhere.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    pub(crate) fn below(&mut self, end: usize) -> usize {
        ((u128::from(self.next()) * end as u128) >> 64) as usize
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

/// One text of up to about forty parts, from every corner the splitting rules know.
pub(crate) fn text(random: &mut Random) -> String {
    let mut text = String::new();
    let favourite = random.below(PARTS.len());
    let most = if random.below(20) == 0 { 200 } else { 24 };
    for _ in 0..random.below(most) {
        let part = if random.below(3) == 0 { favourite } else { random.below(PARTS.len()) };
        PARTS[part](random, &mut text);
    }
    text
}

/// The same as bytes, with some of them cut, flipped or put in.
pub(crate) fn broken(random: &mut Random) -> Vec<u8> {
    let mut bytes = text(random).into_bytes();
    for _ in 0..1 + random.below(4) {
        let at = random.below(bytes.len() + 1);
        match random.below(4) {
            0 => bytes.truncate(at),
            1 => bytes.insert(at, random.next() as u8),
            2 if at < bytes.len() => _ = bytes.remove(at),
            _ => {
                let byte = [0xff, 0xc3, 0xe4, 0xed, 0xf0, 0x80][random.below(6)];
                bytes.insert(at, byte);
            }
        }
    }
    bytes
}

const PARTS: [fn(&mut Random, &mut String); 17] = [
    |r, t| t.push(any_char(r)),
    |r, t| (0..1 + r.below(6)).for_each(|_| t.push(any_char(r))),
    |r, t| t.push_str(r.pick(WORDS)),
    |r, t| {
        t.push(' ');
        t.push_str(r.pick(WORDS));
    },
    |r, t| (0..1 + r.below(5)).for_each(|_| t.push_str(r.pick(SPACES))),
    |r, t| {
        t.push_str(r.pick(&["'", "'", "\u{2019}", "''"]));
        t.push_str(r.pick(CONTRACTIONS));
    },
    |r, t| (0..1 + r.below(9)).for_each(|_| t.push(char::from(b'0' + r.below(10) as u8))),
    |r, t| (0..1 + r.below(4)).for_each(|_| t.push_str(r.pick(NUMBERS))),
    |r, t| t.push_str(r.pick(&["\r\n", "\n", "\r", "\r\n\r\n", "\n\n\n", "\n/", "/\r/"])),
    |r, t| (0..1 + r.below(3)).for_each(|_| t.push_str(r.pick(EMOJI))),
    |r, t| (0..1 + r.below(4)).for_each(|_| t.push_str(r.pick(MARKS))),
    |r, t| (0..1 + r.below(6)).for_each(|_| t.push(in_range(r, HAN))),
    |r, t| {
        let script = SCRIPTS[r.below(SCRIPTS.len())];
        (0..1 + r.below(6)).for_each(|_| t.push(in_range(r, script)));
    },
    |r, t| (0..1 + r.below(8)).for_each(|_| t.push(char::from(33 + r.below(94) as u8))),
    |r, t| (0..1 + r.below(8)).for_each(|_| t.push(char::from(r.below(128) as u8))),
    |r, t| (0..1 + r.below(7)).for_each(|_| t.push_str(r.pick(CASES))),
    |r, t| {
        let unit = r.pick(&["a", " ", "\n", "-", "=", "A", "\t", "ab", "字", "\u{301}", "/", "0"]);
        (0..r.below(90)).for_each(|_| t.push_str(unit));
    },
];

const HAN: (u32, u32) = (0x4e00, 0x9fff);

/// Of the scripts in use, and the blocks where classes change from character to character.
const SCRIPTS: [(u32, u32); 22] = [
    (0x80, 0x24f),
    (0x250, 0x36f),
    (0x370, 0x3ff),
    (0x400, 0x52f),
    (0x590, 0x5ff),
    (0x600, 0x6ff),
    (0x900, 0x97f),
    (0xe00, 0xe7f),
    (0x10a0, 0x10ff),
    (0x1c80, 0x1cbf),
    (0x1e00, 0x1fff),
    (0x2000, 0x206f),
    (0x2100, 0x218f),
    (0x2460, 0x24ff),
    (0x3000, 0x30ff),
    (0x3100, 0x33ff),
    (0xa640, 0xa7ff),
    (0xac00, 0xd7a3),
    (0xf900, 0xffef),
    (0x10400, 0x104ff),
    (0x1d400, 0x1d7ff),
    (0x1f000, 0x1faff),
];

fn in_range(random: &mut Random, (start, end): (u32, u32)) -> char {
    char::from_u32(start + random.below((end - start + 1) as usize) as u32).unwrap_or('\u{fffd}')
}

fn any_char(random: &mut Random) -> char {
    let end = [0x80, 0x800, 0x3000, 0x1_0000, 0x3_4000, 0x11_0000][random.below(6)];
    char::from_u32(random.below(end) as u32).unwrap_or('\u{d7ff}')
}

const WORDS: &[&str] = &[
    "the",
    "fare",
    "Token",
    "HTML",
    "HTMLParser",
    "getElementById",
    "snake_case_name",
    "I",
    "don't",
    "DON'T",
    "it's",
    "we'll",
    "naïve",
    "Straße",
    "ǅungla",
    "İstanbul",
    "mañana",
    "привет",
    "Россия",
    "ΑΘΗΝΑ",
    "καλημέρα",
    "שלום",
    "مرحبا",
    "नमस्ते",
    "สวัสดี",
    "こんにちは",
    "カタカナ",
    "東京都",
    "你好世界",
    "안녕하세요",
    "ﬁne",
    "ⅷ",
    "x86_64",
    "utf8",
    "e2e",
    "fn",
    "antidisestablishmentarianism",
    "zzxqjk",
    "\u{feff}bom",
    "\0",
    "<|endoftext|>",
    "<|fim_",
    "http://example.org/a?b=c&d",
    "{\"key\":",
    "[1,2,3]",
    "();\n",
    "=>",
    "::<>",
    "---",
    "....",
    "ſoft",
    "K",
    "Å",
    "ŉ",
    "ߴ",
    "ʼn",
];

const SPACES: &[&str] = &[
    " ", " ", " ", "  ", "\t", "\n", "\r", "\r\n", "\u{a0}", "\u{85}", "\u{b}", "\u{c}",
    "\u{1680}", "\u{2003}", "\u{2028}", "\u{2029}", "\u{202f}", "\u{3000}", "\u{200b}", "\u{1c}",
];

const CONTRACTIONS: &[&str] = &[
    "s", "t", "re", "ve", "m", "ll", "d", "S", "T", "RE", "Ve", "vE", "M", "LL", "lL", "D", "ſ",
    "r", "v", "l", "x", "", "ſs", "st", "RE2", "ll's", " s", "é",
];

const NUMBERS: &[&str] = &["1", "42", "007", "1234", "٣", "४", "Ⅷ", "½", "²", "①", "𝟘", "一", "〇"];

const EMOJI: &[&str] = &[
    "😀",
    "❤️",
    "❤",
    "👩‍👩‍👧‍👦",
    "🇩🇪",
    "👍🏽",
    "1️⃣",
    "🏴\u{e0067}\u{e007f}",
    "\u{200d}",
    "\u{fe0f}",
    "☕",
    "™",
    "→",
    "€",
    "。",
    "，",
    "「",
    "…",
];

const MARKS: &[&str] = &[
    "\u{301}",
    "\u{308}",
    "\u{20dd}",
    "\u{93e}",
    "\u{940}",
    "\u{e0100}",
    "\u{fe0e}",
    "\u{5b0}",
    "e\u{301}",
    "A\u{30a}",
    "\u{1d165}",
];

const CASES: &[&str] = &["a", "B", "c", "D", "é", "Ω", "ǅ", "ʰ", "中", "\u{301}", "'", "s", "Z"];
