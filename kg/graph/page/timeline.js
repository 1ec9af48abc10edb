// Days of the facts -> a histogram that filters: drag over it, type dates, or let it play.

const UNITS = ["day", "week", "month", "quarter", "year", "decade"];
const bars = { unit: "day", list: [] };
let playing = 0;

/** First day of the unit that a day lies in. */
function unitStart(day, unit) {
  const [year, month] = day.split("-");
  if (unit === "day") return day;
  if (unit === "week") {
    const date = new Date(`${day}T00:00:00Z`);
    date.setUTCDate(date.getUTCDate() - ((date.getUTCDay() + 6) % 7));
    return date.toISOString().slice(0, 10);
  }
  if (unit === "month") return `${year}-${month}-01`;
  if (unit === "quarter") return `${year}-${String(Math.floor((month - 1) / 3) * 3 + 1).padStart(2, "0")}-01`;
  return unit === "year" ? `${year}-01-01` : `${year.slice(0, -1)}0-01-01`;
}

function nextStart(start, unit) {
  const date = new Date(`${start}T00:00:00Z`);
  if (unit === "day") date.setUTCDate(date.getUTCDate() + 1);
  else if (unit === "week") date.setUTCDate(date.getUTCDate() + 7);
  else date.setUTCMonth(date.getUTCMonth() + { month: 1, quarter: 3, year: 12, decade: 120 }[unit]);
  return date.toISOString().slice(0, 10);
}
const dayBefore = (day) => new Date(Date.parse(`${day}T00:00:00Z`) - 86400000).toISOString().slice(0, 10);

/** The finest unit that gives at most 70 bars from the first day to the last. */
function makeBars() {
  const days = [];
  for (let fact = 0; fact < factCount; fact++) {
    const day = dayOf(fact);
    if (/^[12]\d{3}-\d\d-\d\d$/.test(day)) days.push(day);
  }
  days.sort();
  bars.list = [];
  if (!days.length) return;
  for (bars.unit of UNITS) {
    bars.list = [];
    for (let start = unitStart(days[0], bars.unit); start <= days.at(-1) && bars.list.length <= 70; start = nextStart(start, bars.unit)) bars.list.push({ start, end: dayBefore(nextStart(start, bars.unit)), count: 0 });
    if (bars.list.length <= 70) break;
  }
  const at = new Map(bars.list.map((bar) => [bar.start, bar]));
  for (const day of days) at.get(unitStart(day, bars.unit)).count++;
}

function startTimeline() {
  const basis = el("select", { id: "basis", "aria-label": "Which date", onchange: () => setView({ basis: basis.value, from: "", to: "" }) }, el("option", { value: "published" }, "published"), el("option", { value: "happened" }, "happened"));
  const play = el("button", { type: "button", class: "plain", id: "play", "aria-label": "Play the timeline", onclick: togglePlay }, "▶");
  const picker = (id, word, key) => el("input", { type: "date", id, "aria-label": word, onchange: (event) => setView({ [key]: event.target.value }) });
  $("timeline").append(el("div", { class: "left" }, play, basis), svgEl("svg", { id: "bars", role: "img", preserveAspectRatio: "none" }), el("div", { class: "dates" }, picker("date-from", "From", "from"), picker("date-to", "Until", "to")));
  const chart = $("bars");
  let start = null;
  const barAt = (event) => {
    const { left, width } = chart.getBoundingClientRect();
    return Math.max(0, Math.min(bars.list.length - 1, Math.floor(((event.clientX - left) / width) * bars.list.length)));
  };
  chart.addEventListener("pointerdown", (event) => {
    if (!bars.list.length) return;
    stopPlay();
    chart.setPointerCapture(event.pointerId);
    start = barAt(event);
    brush(start, start);
  });
  chart.addEventListener("pointermove", (event) => {
    if (start !== null) brush(start, barAt(event));
  });
  chart.addEventListener("pointerup", (event) => {
    if (start === null) return;
    const end = barAt(event), [first, last] = [Math.min(start, end), Math.max(start, end)];
    start = null;
    const again = state.from === bars.list[first].start && state.to === bars.list[last].end;
    setView(again ? { from: "", to: "" } : { from: bars.list[first].start, to: bars.list[last].end });
  });
}

function brush(a, b) {
  const [first, last] = [Math.min(a, b), Math.max(a, b)];
  $("bars").querySelectorAll(".bar").forEach((bar, at) => bar.classList.toggle("in", at >= first && at <= last));
}

function showTimeline() {
  makeBars();
  const chart = $("bars"), tall = chart.clientHeight || 52, wide = chart.clientWidth || 400, floor = tall - 13;
  $("timeline").hidden = bars.list.length === 0 && state.basis === "published" && !N.from.some(Boolean);
  chart.setAttribute("viewBox", `0 0 ${wide} ${tall}`);
  const most = Math.max(1, ...bars.list.map(({ count }) => count)), step = wide / Math.max(1, bars.list.length);
  const narrowed = state.from || state.to;
  const drawn = bars.list.map(({ start, end, count }, at) => {
    const inside = (!state.from || end >= state.from) && (!state.to || start <= state.to);
    const height = count ? Math.max(2, (count / most) * (floor - 4)) : 0;
    const bar = svgEl("rect", { class: `bar${inside && narrowed ? " in" : ""}`, x: at * step + Math.min(1, step * 0.1), y: floor - height, width: Math.max(1, Math.min(step * 0.85, 46)), height, rx: 1 });
    bar.append(svgEl("title", {}, `${barName(start)}: ${plural(count, "fact")}`));
    return bar;
  });
  const labels = bars.list.length ? [[0, "start"], [bars.list.length - 1, "end"]].slice(0, bars.list.length > 1 ? 2 : 1).map(([at, anchor]) => svgEl("text", { x: anchor === "start" ? 0 : wide, y: tall - 1, "text-anchor": anchor }, barName(bars.list[at].start))) : [svgEl("text", { x: 0, y: floor }, "no dates of this kind")];
  chart.replaceChildren(svgEl("line", { x1: 0, x2: wide, y1: floor + 0.5, y2: floor + 0.5, stroke: "currentColor", "stroke-opacity": 0.18 }), ...drawn, ...labels);
  chart.setAttribute("aria-label", `Facts per ${bars.unit}, from ${showDate(bars.list[0]?.start)} to ${showDate(bars.list.at(-1)?.end)}`);
  $("date-from").value = state.from;
  $("date-to").value = state.to;
  $("basis").value = state.basis;
}
function barName(start) {
  const [year, month] = start.split("-");
  return { day: showDate(start), week: `week of ${showDate(start)}`, month: `${MONTHS[month - 1]} ${year}`, quarter: `${MONTHS[month - 1]} ${year}`, year, decade: `${year}s` }[bars.unit];
}

/** Grows the interval from the first bar to the last, a bar at a time. */
function togglePlay() {
  if (playing) return stopPlay();
  if (!bars.list.length) return;
  let at = bars.list.findIndex(({ count }) => count);
  const last = bars.list.length - 1;
  $("play").textContent = "❚❚";
  $("play").setAttribute("aria-label", "Stop the timeline");
  const step = () => {
    while (at <= last && !bars.list[at].count) at++;
    if (at > last) {
      stopPlay();
      setView({ from: "", to: "" });
    } else setView({ from: bars.list[0].start, to: bars.list[at++].end }, { playing: true });
  };
  playing = setInterval(step, Math.max(180, Math.min(700, 14000 / bars.list.length)));
  step();
}
function stopPlay() {
  clearInterval(playing);
  playing = 0;
  $("play").textContent = "▶";
  $("play").setAttribute("aria-label", "Play the timeline");
}
