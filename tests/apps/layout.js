/* Appended to a copy of a page: what is cut, what lies over other text, what is wider than the
 * screen is told to the page around it. Slanted names are left out of the overlaps: their boxes meet where
 * they do not. */
(function () {
  var bad = [], width = window.innerWidth;
  function say(what, text) {
    if (bad.length < 8) bad.push(what + ': ' + text.trim().slice(0, 50));
  }
  function name(svg) {
    return svg.getAttribute('aria-label').slice(0, 30);
  }
  if (document.documentElement.scrollWidth > width + 1)
    say('page', document.documentElement.scrollWidth + ' of ' + width + ' pixels');
  document.querySelectorAll('svg').forEach(function (svg) {
    var box = svg.getBoundingClientRect(), seen = [];
    svg.querySelectorAll('text').forEach(function (text) {
      var b = text.getBoundingClientRect();
      if (!b.width) return;
      if (b.left < box.left - 1 || b.right > box.right + 1 || b.top < box.top - 2 || b.bottom > box.bottom + 2)
        say('cut in ' + name(svg), text.textContent);
      if (/rotate/.test(text.getAttribute('transform'))) return;
      seen.forEach(function (other) {
        var a = other[0];
        var wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
        var high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
        if (wide > 1 && high > 0.35 * Math.min(a.height, b.height))
          say('overlap in ' + name(svg), text.textContent + ' / ' + other[1]);
      });
      if (text.matches('.tick, .label')) seen.push([b, text.textContent]);
    });
  });
  document.querySelectorAll('h1, h2, p, pre, figcaption, .card div').forEach(function (e) {
    var b = e.getBoundingClientRect();
    if (b.width && (b.right > width + 1 || e.scrollWidth > e.clientWidth + 1))
      say('too wide', e.textContent);
  });
  var texts = document.querySelectorAll('svg text').length, tables = document.querySelectorAll('table').length;
  /* A press on a heading sorts: the column rises afterwards. */
  document.querySelectorAll('table.data').forEach(function (table) {
    var rows = table.tBodies[0].rows, before = rows.length;
    if (3 > before) return;
    table.tHead.rows[0].cells[0].click();
    if (rows.length !== before || !table.tHead.querySelector('[aria-sort=ascending]'))
      say('does not sort', table.textContent);
  });
  parent.postMessage('LAYOUT ' + width + ' ' + texts + ' ' + tables + ' ' + (bad.length ? bad.join(' | ') : 'good'), '*');
})();
