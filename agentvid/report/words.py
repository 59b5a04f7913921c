"""The words of the page, English and Chinese, and how seconds and money are written."""

from __future__ import annotations

from typing import Final

from agentvid.report.record import Language

__all__ = ["ALL", "Words", "measure_label", "money", "port_label", "seconds", "tool_title"]


class Words(dict[str, str]):
    """The words of one language by key; a missing key is a mistake of ours and raises."""


_EN: Final = Words(
    title="{session} · turn {turn}",
    turn="Turn {turn}",
    revision="revision {revision}",
    branch="branch {branch}",
    you="You asked",
    answer="Answer",
    chain="How it was made",
    chain_lead="What every step saw and decided. Correct any of it, and only what depends on it runs again.",
    map="Map of the chain",
    steps="{count} steps",
    ran="ran",
    reused="reused",
    took="took",
    cost="cost",
    engines="engines",
    no_engine="no engine needed",
    free="free",
    checks="Checked",
    passed="passed",
    not_passed="not passed",
    not_tested="not tested",
    thought="Thought",
    given="given by you",
    found="found",
    wanted="engine you wished: {engine}",
    seed="seed {seed}",
    pinned="pinned",
    inputs="Uses",
    evidence="Evidence",
    results="Result",
    raw="The step as data",
    earlier="earlier turn",
    correct="Correct this",
    correct_hint_box="Drag a box on the picture, or type the numbers (x0,y0,x1,y1), then run:",
    correct_hint_point="Click the picture, or type the numbers (x,y), then run:",
    correct_hint_file="Change the file {file} in this folder, then run there:",
    correct_hint_picture="Make a picture that is right, then hand it in:",
    correct_hint="Change the value, then run:",
    correct_hint_field="Change this field, or another one of “The step as data”, then run:",
    waits="This step waits for you",
    waits_command="Then run:",
    failed="This step failed",
    expected="Expected",
    do="What to do",
    notes="Notes",
    copy_it="Copy",
    copied="Copied",
    enlarge="Enlarge",
    close="Close",
    theme="Light or dark",
    before="before",
    after="after",
    compare="Move to compare before and after",
    before_after="{name}: before and after",
    shown_above="shown in the answer",
    beside="Too large to be embedded here; it plays from the file {file} beside this page.",
    not_embedded="Too large to be embedded here ({megabytes} MB).",
    gone="Not in the store any more: {what}",
    open_file="Open {file}",
    preview="Scaled for this page; in full: {file}",
    no_answer="There is no answer yet.",
    history="Revisions",
    author_person="you",
    author_planner="planner",
    author_verifier="verifier",
    unproven_note=(
        "Unproven: this engine has been run only on tiny random weights or a local server, "
        "never on the real checkpoint or vendor."
    ),
    footer="The chain as data is in {file}.",
    footer_alone="Written by agentvid.",
    skip="Skip to the chain",
    top_view="Camera path from above",
    looks_at="looked at",
    covers="covers {percent} %",
    nearness="depth: bright is near",
    question="The planner asks",
    status_pending="to do",
    status_cached="reused",
    status_running="running",
    status_done="done",
    status_waiting="waits for you",
    status_failed="failed",
    status_cancelled="cancelled",
    status_stale="out of date",
    status_skipped="skipped",
)

_ZH: Final = Words(
    title="{session} · 第 {turn} 轮",
    turn="第 {turn} 轮",
    revision="修订 {revision}",
    branch="分支 {branch}",
    you="你的要求",
    answer="回答",
    chain="推理过程",
    chain_lead="每一步看到了什么、决定了什么，都在这里。改动任何一处，只有受影响的步骤会重新运行。",
    map="推理链总览",
    steps="{count} 步",
    ran="运行",
    reused="复用",
    took="用时",
    cost="费用",
    engines="引擎",
    no_engine="无需引擎",
    free="免费",
    checks="检查",
    passed="通过",
    not_passed="未通过",
    not_tested="未测试",
    thought="思考",
    given="由你给定",
    found="系统找到",
    wanted="你指定的引擎：{engine}",
    seed="随机种子 {seed}",
    pinned="已固定",
    inputs="使用",
    evidence="依据",
    results="结果",
    raw="步骤的原始数据",
    earlier="之前的轮次",
    correct="修正",
    correct_hint_box="在图上拖出一个框，或直接填写数字 (x0,y0,x1,y1)，然后运行：",
    correct_hint_point="在图上点一下，或直接填写数字 (x,y)，然后运行：",
    correct_hint_file="修改本文件夹中的 {file}，然后在该文件夹中运行：",
    correct_hint_picture="准备一张正确的图片，然后交回：",
    correct_hint="修改其中的值，然后运行：",
    correct_hint_field="修改这个字段，或“步骤的原始数据”中的其他字段，然后运行：",
    waits="这一步在等你",
    waits_command="然后运行：",
    failed="这一步失败了",
    expected="应当是",
    do="可以这样做",
    notes="说明",
    copy_it="复制",
    copied="已复制",
    enlarge="放大",
    close="关闭",
    theme="切换浅色或深色",
    before="修改前",
    after="修改后",
    compare="左右移动，比较修改前后",
    before_after="{name}：修改前后对比",
    shown_above="见上方回答",
    beside="文件较大，未嵌入本页；播放的是同一文件夹中的 {file}。",
    not_embedded="文件较大({megabytes} MB)，未嵌入本页。",
    gone="存储中已没有：{what}",
    open_file="打开 {file}",
    preview="此处为缩小的预览，原图见 {file}",
    no_answer="还没有回答。",
    history="修订记录",
    author_person="你",
    author_planner="规划器",
    author_verifier="检查器",
    unproven_note="未验证：该引擎只在微型随机权重或本地服务上运行过，从未在真实模型或供应商服务上验证。",
    footer="推理链的数据在 {file} 中。",
    footer_alone="由 agentvid 生成。",
    skip="跳到推理过程",
    top_view="镜头路径俯视图",
    looks_at="所看的图",
    covers="占画面 {percent}%",
    nearness="深度：越亮越近",
    question="规划器想确认",
    status_pending="待运行",
    status_cached="复用",
    status_running="运行中",
    status_done="完成",
    status_waiting="等你给定",
    status_failed="失败",
    status_cancelled="已取消",
    status_stale="已过期",
    status_skipped="已跳过",
)

ALL: Final[dict[Language, Words]] = {"en": _EN, "zh": _ZH}

_TOOLS: Final[dict[str, tuple[str, str]]] = {
    "locate": ("Locate", "定位"),
    "analyse": ("Analyse", "分析"),
    "plan_edit": ("Plan the edit", "制定修改方案"),
    "edit_image": ("Edit the picture", "修改图片"),
    "edit_video": ("Edit the clip", "修改视频"),
    "check": ("Check", "检查"),
    "describe": ("Describe", "描述"),
    "animate": ("Let a picture move", "让图片动起来"),
    "generate_image": ("Generate a picture", "生成图片"),
    "generate_video": ("Generate a clip", "生成视频"),
    "novel_view": ("New viewpoint", "新视角"),
    "navigate": ("Walk through", "场景漫游"),
    "map_to_view": ("Walk over the map", "沿地图行走"),
    "future_frames": ("Continue in time", "续写画面"),
    "compose": ("Put together", "合成"),
    "pick_frame": ("Pick a frame", "取一帧"),
    "track": ("Follow", "跟踪"),
    "extend_video": ("Make longer", "加长视频"),
    "interpolate": ("Draw in between", "补帧"),
    "retime": ("Change the time", "改变播放"),
    "stabilise": ("Steady", "稳定画面"),
    "transform_image": ("Reshape the picture", "变换图片"),
    "transform_video": ("Reshape the clip", "变换视频"),
    "caption": ("Write on it", "加文字"),
    "speak": ("Speak", "朗读"),
    "sound": ("Make a sound", "生成声音"),
    "mux": ("Put sound on it", "配上声音"),
    "make_3d": ("Make a relief", "做成浮雕"),
    "measure": ("Measure", "测量"),
    "text_to_image": ("Draw from words", "按文字画图"),
    "text_to_video": ("Clip from words", "按文字生成视频"),
    "image_to_video": ("Clip from a picture", "由图片生成视频"),
}

_NAMES: Final[dict[str, tuple[str, str]]] = {
    "actions": ("actions", "动作"),
    "amount": ("amount", "程度"),
    "answer": ("answer", "回答"),
    "audio": ("sound", "声音"),
    "axis": ("axis", "方向"),
    "background": ("background", "背景"),
    "before": ("before", "修改前"),
    "bound": ("error bound", "误差界"),
    "box": ("box", "框"),
    "caption": ("caption", "描述"),
    "change": ("change", "修改"),
    "clips": ("clips", "视频"),
    "colour": ("colour", "颜色"),
    "corner": ("corner", "角落"),
    "degrees": ("degrees", "角度"),
    "depth": ("depth", "深度"),
    "depth_ratio": ("depth ratio", "远近比"),
    "detail": ("detail", "细节"),
    "direction": ("direction", "方向"),
    "end": ("until (s)", "结束（秒）"),
    "events": ("moments", "时刻"),
    "factor": ("factor", "倍数"),
    "fade": ("fade (s)", "淡入淡出（秒）"),
    "field_deg": ("angle of view (°)", "视角（°）"),
    "finding": ("finding", "结论"),
    "font": ("font", "字体"),
    "fps": ("frames per second", "帧率"),
    "freeze": ("freeze at (s)", "定格于（秒）"),
    "future": ("new frames", "新增片段"),
    "guess": ("guess where unknown", "不认识就猜"),
    "guidance": ("guidance", "引导强度"),
    "height": ("height", "高"),
    "hold": ("hold (s)", "定格时长（秒）"),
    "image": ("picture", "图片"),
    "images": ("pictures", "图片"),
    "instruction": ("instruction", "指令"),
    "keyframe": ("keyframe", "关键帧"),
    "kind": ("kind", "种类"),
    "language": ("language", "语言"),
    "layout": ("layout", "布局"),
    "light": ("light", "亮度"),
    "loop_back": ("loop back", "倒回循环"),
    "loops": ("times shown", "播放次数"),
    "map": ("map", "地图"),
    "mask": ("mask", "遮罩"),
    "masks": ("masks", "各帧遮罩"),
    "mesh": ("mesh", "网格"),
    "mix": ("keep its own sound", "保留原声"),
    "most_zoom": ("most zoom", "最大放大"),
    "mute": ("no sound", "静音"),
    "negative_prompt": ("not to be seen", "不要出现"),
    "operation": ("operation", "操作"),
    "outline": ("outline", "描边"),
    "palette": ("palette", "配色"),
    "path": ("camera path", "镜头路径"),
    "place": ("place", "位置"),
    "plan": ("edit plan", "修改方案"),
    "point": ("point", "点"),
    "prompt": ("prompt", "提示词"),
    "question": ("question", "问题"),
    "ratio": ("ratio", "宽高比"),
    "relief": ("depth of relief", "起伏深度"),
    "request": ("request", "要求"),
    "reverse": ("backwards", "倒放"),
    "seconds": ("seconds", "秒数"),
    "settings": ("settings", "设置"),
    "share": ("share", "比例"),
    "sides": ("sides", "边"),
    "size": ("share of the picture", "占画面"),
    "slow": ("slow motion", "慢动作"),
    "solid": ("closed", "封闭"),
    "speed": ("speed", "速度"),
    "stage": ("known layout", "已知布局"),
    "start": ("start", "起点"),
    "steps": ("sampling steps", "采样步数"),
    "stepwise": ("frame by frame", "逐帧"),
    "stills": ("pictures", "图片"),
    "target": ("target", "目标"),
    "test": ("test the way back", "返回检验"),
    "text": ("text", "文字"),
    "trust": ("trust", "可信度"),
    "trust_seconds": ("trusted for (s)", "可信时长(秒)"),
    "value": ("value", "内容"),
    "video": ("clip", "视频"),
    "view": ("view", "视图"),
    "views": ("views", "各视图"),
    "voice": ("voice", "嗓音"),
    "volume": ("volume", "音量"),
    "walk": ("way", "走法"),
    "way": ("way to loop", "循环方式"),
    "what": ("what", "目标"),
    "width": ("width", "宽"),
    "zoom": ("zoom", "放大"),
}

_MEASURES: Final[dict[str, tuple[str, str]]] = {
    "changed_inside": ("changed inside", "区域内变化"),
    "hue_share": ("share of the hue", "目标色占比"),
    "psnr_outside_db": ("PSNR outside (dB)", "区域外 PSNR (dB)"),
    "trust_steps": ("frames to believe", "可信帧数"),
    "trust_steps_whole": ("… of a whole rollout", "整段同时可信"),
    "trust_seconds": ("seconds to believe", "可信秒数"),
    "steps": ("frames", "帧数"),
    "level": ("holds for a share of", "成立的比例"),
    "n": ("rollouts measured", "测过的预测"),
    "tolerance_db": ("tolerance (dB)", "容许误差 (dB)"),
    "loop_closure": ("loop closure (share of the change)", "回到起点的误差（占途中变化）"),
    "inversion": ("way back (share of the change missed)", "返回的误差（占途中变化）"),
    "seen_again": ("of the first picture seen again", "第一张图仍可见的比例"),
}

_SIGNS: Final = {"CNY": "¥", "USD": "$", "EUR": "€", "GBP": "£"}


def tool_title(tool: str, language: Language) -> str:
    """Return what a tool is called on the page: its title, or its bare name where it has none here."""
    known = _TOOLS.get(tool)
    return (known[language == "zh"]) if known else tool.replace("_", " ")


def port_label(port: str, language: Language) -> str:
    """Return what a port is called on the page."""
    known = _NAMES.get(port)
    return (known[language == "zh"]) if known else port.replace("_", " ")


def measure_label(measure: str, language: Language) -> str:
    """Return what a measure of an answer is called on the page."""
    known = _MEASURES.get(measure)
    return (known[language == "zh"]) if known else measure.replace("_", " ")


def seconds(value: float, language: Language) -> str:
    """Return a duration for a person: 0.04 → "0.04 s", 75 → "1 min 15 s"."""
    second, minute = (" 秒", " 分 ") if language == "zh" else (" s", " min ")
    if 0 < value < 0.005:
        return "<\u20090.01" + second
    if value >= 60:
        minutes, rest = divmod(round(value), 60)
        return f"{minutes}{minute}{rest}{second}"
    digits = 0 if value >= 20 else 1 if value >= 0.95 or value == 0 else 2
    return f"{value:.{digits}f}".removesuffix(".0") + second


def money(amount: float, currency: str, language: Language) -> str:
    """Return an amount for a person: 0 → "free", 0.8 CNY → "¥0.80", smaller than a cent with enough digits to see."""
    if amount == 0:
        return ALL[language]["free"]
    digits = 2 if amount >= 0.01 else 4
    sign = _SIGNS.get(currency)
    return f"{sign}{amount:.{digits}f}" if sign else f"{amount:.{digits}f} {currency}".strip()
