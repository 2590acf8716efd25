(function () {
  "use strict";
  var get = function (id) { return document.getElementById(id); };
  var form = get("filters"), list = get("cards");
  var cards = Array.prototype.slice.call(list.children);
  if (!cards.length) return;
  document.documentElement.classList.add("js");
  form.hidden = false;
  var chosen = ["env", "account", "namespace", "approved"].filter(get);
  var keys = ["q", "sort"].concat(chosen);
  var texts = cards.map(function (card) { return card.textContent.toLowerCase(); });

  function holds(card, key, wanted) {
    return !wanted || JSON.parse(card.getAttribute("data-" + key)).indexOf(wanted) >= 0;
  }

  function apply() {
    var words = get("q").value.toLowerCase().split(/\s+/).filter(Boolean), shown = 0;
    cards.forEach(function (card, index) {
      var found = chosen.every(function (key) { return holds(card, key, get(key).value); }) &&
        words.every(function (word) { return texts[index].indexOf(word) >= 0; });
      card.hidden = !found;
      if (found) shown += 1;
    });
    get("nothing").hidden = shown > 0;
    get("shown").textContent = shown + " of " + cards.length;
    order(get("sort").value || "reach");
    remember();
  }

  function order(by) {
    var ranked = cards.map(function (card, index) {
      var held = card.getAttribute("data-" + by);
      return { card: card, index: index, held: by === "name" ? [held] : JSON.parse(held) };
    });
    ranked.sort(function (one, other) {
      var found = difference(one.held, other.held);
      return (by === "name" ? found : -found) || one.index - other.index;
    });
    ranked.forEach(function (each) { list.appendChild(each.card); });
  }

  function difference(some, others) {
    for (var at = 0; at < some.length; at += 1) {
      if (some[at] !== others[at]) return some[at] < others[at] ? -1 : 1;
    }
    return 0;
  }

  function remember() {
    var held = new URLSearchParams();
    keys.forEach(function (key) {
      var value = get(key).value;
      if (value && !(key === "sort" && value === "reach")) held.set(key, value);
    });
    var hash = held.toString();
    if (hash) history.replaceState(null, "", "#?" + hash);
    else if (location.hash.indexOf("#?") === 0) history.replaceState(null, "", location.pathname + location.search);
  }

  function recall() {
    if (location.hash.indexOf("#?") === 0) {
      var held = new URLSearchParams(location.hash.slice(2));
      keys.forEach(function (key) { if (held.has(key)) get(key).value = held.get(key); });
    }
    apply();
    reveal();
  }

  function reveal() {
    var target = location.hash.length > 1 && get(location.hash.slice(1));
    var card = target && target.closest ? target.closest("details.card") : null;
    if (!card) return;
    card.hidden = false;
    card.open = true;
    card.scrollIntoView();
  }

  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.addEventListener("input", apply);
  get("clear").addEventListener("click", function () {
    keys.forEach(function (key) { get(key).value = key === "sort" ? "reach" : ""; });
    apply();
  });
  get("open").addEventListener("click", function () {
    var shown = cards.filter(function (card) { return !card.hidden; });
    var all = shown.every(function (card) { return card.open; });
    shown.forEach(function (card) { card.open = !all; });
    get("open").textContent = all ? "Open all" : "Close all";
  });
  document.addEventListener("click", function (event) {
    var button = event.target.closest ? event.target.closest("button[data-key]") : null;
    if (!button) return;
    get(button.getAttribute("data-key")).value = button.getAttribute("data-value");
    apply();
    get("workloads").scrollIntoView();
  });
  window.addEventListener("hashchange", reveal);
  var opened = [];
  window.addEventListener("beforeprint", function () {
    opened = cards.filter(function (card) { return !card.open; });
    opened.forEach(function (card) { card.open = true; });
  });
  window.addEventListener("afterprint", function () { opened.forEach(function (card) { card.open = false; }); });
  recall();
})();
