/** Every sentence the widget says by itself, in one place: the same word for the same thing everywhere. */

export const MAX_TEXT = 2000;

export const texts = {
  title: "漫游助手",
  launch: "打开漫游助手",
  unread: (count) => `打开漫游助手，${count} 条新消息`,
  close: "关闭",
  human: "转人工",
  humanWaiting: "已转人工",
  log: "对话内容",
  input: "输入消息",
  placeholder: "例如：我在台湾打不了电话",
  placeholderLater: "输入消息",
  send: "发送",
  typing: "正在输入",
  newer: "下面还有内容，去看最新的",
  who: { bot: "机器人", customer: "您", agent: "人工客服", system: "系统提示" },

  served: {
    auto: "机器人为您服务",
    copilot: "机器人和人工客服为您服务",
    agent: "人工客服为您服务",
    waiting: "正在等人工客服接入",
  },

  connecting: "正在连接",
  offline: "网络已断开，正在重连。您写的内容会保存在本机，恢复后按顺序发送。",
  unreachable: "暂时连不上服务，正在重试。您写的内容会保存在本机，连上后按顺序发送。",
  retrying: (message) => `${message}（正在自动重试）`,
  starting: (parts) =>
    `机器人正在启动${parts.length ? `，还在等：${parts.join("、")}` : ""}。您可以先写下问题，启动后按顺序处理。`,
  parts: { database: "数据库", bot: "语言模型", actions: "应答服务", api: "接待服务", model: "语言模型" },

  longOffline: "断网已超过 5 分钟。您写的内容都保存在本机，网络恢复后会按顺序发送，不会丢失也不会重复。",
  backOnline: (count) => (count ? `网络已恢复，正在发送刚才写的 ${count} 条消息。` : "网络已恢复。"),
  expired: "之前的会话已失效，已为您开始新的会话。",
  expiredUnsent: (count) => `没有发出的 ${count} 条消息会在新会话里发送。`,

  sending: "正在发送",
  queued: "待发送",
  delayed: (message) => `${message}（到时会自动重发）`,
  refused: (message) => `没有发出：${message}`,
  editAgain: "修改后再发",

  left: (count) => `还可以写 ${count} 字`,
  tooLong: (count) => `一条消息最多 ${MAX_TEXT} 字，现在有 ${count} 字，请分成几条发送。`,

  cite: "依据",
  choices: "可以直接选",
  chosen: "已选",

  ticket: "工单",
  ticketStatus: {
    new: "已登记",
    acknowledged: "已受理",
    investigating: "处理中",
    answered: "已答复",
    resolved: "已解决",
    closed: "已结案",
    appealed: "申诉处理中",
  },
  ticketRow: { status: "状态", next: "下一步", due: "时限" },
  clock: {
    acknowledge: "确认收到",
    first_check: "完成首次核查",
    first_answer: "给出首次答复",
    result: "给出处理结果",
    result_legal: "给出处理结果",
  },
  noClock: "目前没有等待中的时限",
  due: (beijing, local) => `北京时间 ${beijing} 前${local ? `（当地 ${local}）` : ""}`,
  refresh: "查看最新进度",
  refreshing: "正在查询",
  refreshFailed: "没有查到最新进度，请稍后再试。",

  picture: {
    kept: "您发的图片",
    open: "看大图",
    loading: "正在打开图片",
    notLoaded: "图片没有打开，请稍后再试。",
    pending: "正在接收图片",
    refused: "这张图片没能保存",
    failed: "这张图片没能保存",
  },

  wechat: {
    go: "在微信里继续",
    back: "回到之前的对话",
    how: "在微信里打开我们的公众号，发送下面这句话，就能在那里接着说，工单不变：",
    say: (code) => `绑定 ${code}`,
    until: (time) => `${time} 前有效，只能用一次。`,
    copy: "复制",
    copied: "已复制",
    noLine: "现在连不上服务，请稍后再试。",
    joined: "这是您在微信里的对话，可以在这里接着说。",
    joinedEarlier: "您之前在这个网页上的对话还在，点下面的“回到之前的对话”就能看到。",
  },

  rate: "这次的帮助您满意吗？",
  scores: ["很不满意", "不满意", "一般", "满意", "很满意"],
  comment: "还想说什么（可不填）",
  rateSend: "提交评价",
  rated: "已记下您的评价，谢谢。",
  restart: "开始新的会话",
  unknownError: "服务出了点问题",
};
