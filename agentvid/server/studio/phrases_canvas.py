"""What the evidence canvas and the keyboard map say: (English, Chinese) by key."""

from __future__ import annotations

from typing import Final

__all__ = ["CANVAS"]

CANVAS: Final[dict[str, tuple[str, str]]] = {
    "use_this": ("Use this", "使用"),
    "canvas_note": (
        "A value you give wins over what the step finds. Nothing runs until you say so.",
        "你给定的值优先于系统找到的。你确认之前什么都不会运行。",
    ),
    "given_now": ("Given. The price is shown below the chain.", "已给定，代价显示在推理链下方。"),
    "values": ("Values", "数值"),
    "value": ("Value", "数值"),
    "words": ("Words", "文字"),
    "yes": ("yes", "是"),
    "tools": ("Tools", "工具"),
    "zoom_in": ("Zoom in", "放大"),
    "zoom_out": ("Zoom out", "缩小"),
    "zoom_fit": ("Fit", "适应窗口"),
    "add": ("Add", "添加"),
    "remove": ("Remove", "删除"),
    "clear": ("Clear", "清空"),
    "invert": ("Invert", "反选"),
    "take_away": ("Take away", "减去"),
    "item_n": ("{n}.", "{n}."),
    "colour_n": ("Colour {n}", "颜色 {n}"),
    "pick_colour": ("pick", "选取"),
    "box_hint": (
        "Drag on the picture, take a corner or side, or type the numbers.",
        "在图上拖动，或拖边角，或直接填写数字。",
    ),
    "box_keys": (
        "Arrow keys move the box, Shift by ten, with Alt they change its size",
        "方向键移动，Shift 一次十像素，Alt 改变大小",
    ),
    "point_hint": ("Click the picture, or type the numbers.", "在图上点击，或直接填写数字。"),
    "point_keys": ("Arrow keys move the point, Shift by ten", "方向键移动，Shift 一次十像素"),
    "mask_hint": (
        "Paint what belongs to it. Blue is inside. Polygon: click corners, Enter closes it.",
        "涂抹属于它的部分，蓝色为内部。多边形：点出各角，按回车闭合。",
    ),
    "mask_keys": (
        "Arrows move, Space paints, Alt with arrows paints on the way, Enter closes a polygon, [ and ] set the size",
        "方向键移动，空格涂抹，Alt 加方向键连续涂抹，回车闭合多边形，[ 和 ] 改变笔刷大小",
    ),
    "mask_brush": ("Brush", "画笔"),
    "mask_eraser": ("Eraser", "橡皮"),
    "mask_polygon": ("Polygon", "多边形"),
    "brush_size": ("Brush size (px)", "笔刷大小（像素）"),
    "by_numbers": ("By numbers", "按数字"),
    "shape": ("Shape", "形状"),
    "shape_box": ("box", "矩形"),
    "shape_ellipse": ("ellipse", "椭圆"),
    "keyframe_keys": ("Arrow keys go frame by frame, Home and End to the ends", "方向键逐帧移动，Home 和 End 到两端"),
    "frame_at": ("Frame {frame} of {of} · {seconds} s", "第 {frame} 帧，共 {of} 帧 · {seconds} 秒"),
    "frame_short": ("frame {frame} · {seconds} s", "第 {frame} 帧 · {seconds} 秒"),
    "camera_keys": (
        "Arrow keys turn the camera, Shift by five, plus and minus zoom",
        "方向键转动镜头，Shift 一次五度，加减号变焦",
    ),
    "camera_kind": ("Kind of path", "路径种类"),
    "camera_sees": ("What the camera would see", "镜头所见"),
    "camera_wire_note": (
        "The box stands for the subject, the dashed line is the horizon; the picture shows through as it is now.",
        "方盒代表主体，虚线是地平线；背景透出的是原图。",
    ),
    "poses": ("Poses", "位置"),
    "add_pose": ("Add a pose", "添加位置"),
    "remove_pose": ("Remove this pose", "删除此位置"),
    "poses_n": ("{kind} · {n} poses", "{kind} · {n} 个位置"),
    "moves_n": ("{n} moves", "{n} 个动作"),
    "walk_hint": (
        "Click where to go next. The picture's width counts as 20 m; the walk begins looking up.",
        "点击下一个去处。画面宽度算作 20 米，起点朝上。",
    ),
    "walk_keys": (
        "Up and Down walk a metre, Left and Right turn, Backspace takes the last move back",
        "上下键走一米，左右键转向，退格键撤回最后一步",
    ),
    "metres": ("Metres", "米"),
    "degrees": ("Degrees", "度"),
    # the keyboard
    "key_help": ("This list", "本列表"),
    "key_compose": ("Write a message", "写消息"),
    "key_send": ("Send", "发送"),
    "key_line": ("New line", "换行"),
    "key_next": ("Next step", "下一步"),
    "key_previous": ("Previous step", "上一步"),
    "key_edit": ("Edit the thought of the step", "编辑这一步的思考"),
    "key_evidence": ("Open its evidence", "打开它的依据"),
    "key_run": ("Run the changes", "运行修改"),
    "key_discard": ("Discard the changes", "放弃修改"),
    "key_undo": ("Undo", "撤销"),
    "key_redo": ("Redo", "重做"),
    "key_nudge": ("Canvas: move by one pixel", "画布：移动一像素"),
    "key_nudge_far": ("Canvas: by ten", "画布：十像素"),
    "key_size": ("Canvas: change the size", "画布：改变大小"),
    "key_zoom": ("Canvas: zoom", "画布：缩放"),
    "key_close": ("Close", "关闭"),
}
"""By the key that modules ask with."""
