// Shows what the provider knows. Whatever comes from the swarm goes into text nodes and nowhere else.
"use strict";

const SHOWN = 400;
const EVERY = 5000;
const KINDS = {
  task: "task", vip: "virtual IP", stoppingTask: "stopping task", attachedContainer: "container",
  gateway: "gateway", reserved: "reserved", twice: "held twice",
};

const at = (id) => document.getElementById(id);
let view = null;

function el(tag, className, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.append(...children.filter((child) => child !== null && child !== undefined && child !== ""));
  return made;
}

function table(className, heads, rows) {
  const cell = (value) => el("td", "mono", value);
  const body = rows.map((row) => el("tr", row.chosen ? "chosen" : "", ...row.cells.map(cell)));
  return el("div", "wide", el("table", className,
    el("thead", "", el("tr", "", ...heads.map((head) => el("th", "", head)))), el("tbody", "", ...body)));
}

const some = (count, one, many) => `${count} ${count === 1 ? one : many}`;

function showState(known, error) {
  const state = at("state");
  state.className = error ? "bad" : "good";
  if (error) {
    state.textContent = `${error}. Traefik keeps the routes that it has.`;
    return;
  }
  const parts = [some(known.groups, "API group", "API groups"), some(known.routes.length, "route", "routes"),
    `looked at ${known.ageSeconds < 1 ? "just now" : `${Math.round(known.ageSeconds)} s ago`}`];
  if (known.problems.length) parts.push(some(known.problems.length, "problem", "problems"));
  state.textContent = parts.join(" · ");
}

function showProblems(known) {
  at("problems").hidden = known.problems.length === 0;
  at("problems").querySelector("ul").replaceChildren(...known.problems.map((problem) => el("li", "", problem)));
}

function showRoutes() {
  const wanted = at("filter").value.trim().toLowerCase();
  const texts = (route) => [route.group, route.host, route.methods, route.path, route.service, route.route, route.options];
  const found = view.routes.filter((route) => texts(route).join(" ").toLowerCase().includes(wanted));
  const groups = new Map();
  for (const route of found.slice(0, SHOWN)) {
    if (!groups.has(route.group)) groups.set(route.group, []);
    groups.get(route.group).push(route);
  }
  const cards = [...groups].map(([name, routes]) => el("div", "card",
    el("div", "head", el("h3", "", name), el("span", "quiet mono", routes[0].host === "*" ? "any host" : routes[0].host)),
    table("routes", ["Methods", "Path", "Service", "Options"],
      routes.map((it) => ({ cells: [it.methods, it.path, `${it.service} (${it.route})`, it.options] })))));
  if (found.length > SHOWN) cards.push(el("p", "quiet", `${found.length - SHOWN} more: narrow them down above`));
  if (found.length === 0) {
    const nothing = view.routes.length ? "No route has this in it." : "No service declares a route: docker smsvc create --group … --route …";
    cards.push(el("p", "quiet", nothing));
  }
  at("routes").replaceChildren(...cards);
}

function mapOf(block, under) {
  const map = el("div", "map");
  map.setAttribute("role", "img");
  map.setAttribute("aria-label", `address map of ${block.subnet}`);
  const say = (cell) => () => {
    const held = Object.entries(cell.kinds).map(([kind, count]) => (block.perCell === 1 ? KINDS[kind] : `${count} ${KINDS[kind]}`));
    under.textContent = [cell.from, held.join(", ") || "free", cell.holders.join(", ")].filter(Boolean).join(" · ");
  };
  for (const cell of block.cells) {
    const [kind, count] = Object.entries(cell.kinds).sort((a, b) => b[1] - a[1])[0] || [];
    const part = kind ? count / block.perCell : 0;
    const mark = el("span", kind ? `${kind}${part < 0.34 ? " mixed1" : part < 0.67 ? " mixed2" : ""}` : "");
    mark.addEventListener("mouseenter", say(cell));
    mark.addEventListener("click", say(cell));
    map.append(mark);
  }
  return map;
}

function showNetworks(known) {
  const cards = known.networks.map((network) => {
    const under = el("p", "under quiet mono");
    const seen = new Set(network.blocks.flatMap((block) => block.cells.flatMap((cell) => Object.keys(cell.kinds))));
    const keys = Object.keys(KINDS).filter((kind) => seen.has(kind)).map((kind) => el("span", `key ${kind}`, KINDS[kind]));
    const scale = network.blocks.some((block) => block.perCell > 1)
      ? `a square is ${Math.max(...network.blocks.map((block) => block.perCell))} addresses` : "";
    const sums = [`${network.free} of ${network.usable} free`];
    if (network.loadBalancers) sums.push(some(network.loadBalancers, "load balancer, which no map shows", "load balancers, which no map shows"));
    if (network.leaked) sums.push(`${network.leaked} leaked`);
    if (network.owed) sums.push(`${network.owed} promised`);
    return el("div", "card",
      el("div", "head", el("h3", "", network.name), el("span", "quiet mono", network.blocks.map((block) => block.subnet).join(" "))),
      el("p", network.short ? "problem" : "quiet", sums.join(" · ") + (network.short ? ` · ${network.short} missing: tasks wait` : "")),
      ...network.blocks.map((block) => mapOf(block, under)),
      el("p", "keys", ...keys, el("span", "key", "free"), scale), under);
  });
  if (known.networks.length === 0) cards.push(el("p", "quiet", known.networksError || "The swarm has no overlay network."));
  at("networks").replaceChildren(...cards);
}

async function get(path) {
  const answer = await fetch(path, { headers: { accept: "application/json" } });
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.error || `status ${answer.status}`);
  return body;
}

async function refresh() {
  try {
    const now = await get("api/view");
    const same = view && JSON.stringify({ ...view, ageSeconds: 0 }) === JSON.stringify({ ...now, ageSeconds: 0 });
    view = now;
    showState(now, null);
    at("version").textContent = `docker smsvc ${now.version}`;
    if (!same) {
      showProblems(now);
      showRoutes();
      showNetworks(now);
    }
  } catch (error) {
    showState(null, error instanceof TypeError ? "The provider does not answer" : error.message);
  }
}

function changes(list) {
  const one = (it) => ("remove" in it ? `− ${it.remove}` : "set" in it ? `${it.set}: ${it.value}` : `+ ${it.add}: ${it.value}`);
  return list.map(one).join("\n");
}

function decided(it) {
  const lines = [];
  if (it.forward) {
    lines.push(el("p", "verdict yes", `→ service ${it.forward.service}`));
    lines.push(el("p", "quiet", `by route ${it.forward.route} of group ${it.forward.group}`));
    if (it.forward.uri) lines.push(el("p", "", "the service sees ", el("code", "", it.forward.uri)));
    if (it.forward.request.length) lines.push(el("p", "", "headers to the service ", el("code", "", changes(it.forward.request))));
    if (it.forward.response.length) lines.push(el("p", "", "headers to the client ", el("code", "", changes(it.forward.response))));
  } else {
    lines.push(el("p", "verdict no", `→ ${it.answer.status}: no service gets the request`));
    for (const [name, value] of Object.entries(it.answer.headers)) lines.push(el("p", "mono quiet", `${name}: ${value}`));
    if (it.considered.length && it.considered.every((rule) => rule.verdict === "other host")) {
      lines.push(el("p", "quiet", "No API group is on this host."));
    }
    if (it.answer.body === null) lines.push(el("p", "quiet", "Traefik answers by itself, before any route is asked."));
  }
  const near = it.considered.filter((rule) => !["other host", "other path"].includes(rule.verdict));
  if (near.length) {
    lines.push(table("", ["Route", "Service", "Verdict"], near.slice(0, 20).map((rule) => (
      { chosen: rule.verdict === "takes the request", cells: [rule.route, rule.service, rule.verdict] }))));
  }
  return el("div", "card", ...lines);
}

// The request stands in the address of the page, so that a link to it can be sent to somebody else.
function asked() {
  const query = new URLSearchParams(location.hash.slice(1));
  if (!query.has("url")) return;
  const fields = at("try").elements;
  fields.method.value = query.get("method") || "GET";
  fields.url.value = query.get("url");
  fields.headers.value = query.getAll("header").join("\n");
  decide();
}

function submitted(event) {
  event.preventDefault();
  const form = new FormData(event.target);
  const text = form.get("url").trim();
  const url = /^[/*]|:\/\//.test(text) ? text : `${location.protocol}//${text}`;
  const query = new URLSearchParams({ method: form.get("method").trim(), url });
  for (const line of form.get("headers").split("\n")) if (line.trim()) query.append("header", line.trim());
  if (location.hash === `#${query}`) decide();
  else location.hash = query;
}

async function decide() {
  const query = new URLSearchParams(location.hash.slice(1));
  try {
    at("decision").replaceChildren(decided(await get(`api/decide?${query}`)));
  } catch (error) {
    at("decision").replaceChildren(el("p", "problem", error.message));
  }
}

at("try").addEventListener("submit", submitted);
window.addEventListener("hashchange", asked);
at("filter").addEventListener("input", () => view && showRoutes());
document.addEventListener("visibilitychange", () => document.hidden || refresh());
setInterval(() => document.hidden || refresh(), EVERY);
refresh();
asked();
