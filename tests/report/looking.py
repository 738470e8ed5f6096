"""What a reader's eye measures on a page: asked of the browser, and of the sheets that it prints."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

CHART_TEXT = """() => Math.min(...[...document.querySelectorAll('svg.ch text')]
  .filter(t => t.getClientRects().length).map(t => { const svg = t.closest('svg');
    return parseFloat(getComputedStyle(t).fontSize)
      * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width; }))"""

# Every run of text outside of drawings and code, with the place of each of its letters.
TEXTS = """const texts = () => { const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walk.nextNode()); ) if (!node.parentElement.closest('svg,pre,.vh,.skip')) found.push(node);
  return found; };
const tops = (node, from, to) => { const tops = new Set();
  for (let i = from; i < to; i++) { const r = document.createRange(); r.setStart(node, i); r.setEnd(node, i + 1);
    for (const box of r.getClientRects()) if (box.width) tops.add(Math.round(box.top)); }
  return tops; };"""
BROKEN = """() => { %s
  const FIGURE = /[+−$€]?\\d[\\d,.]*[%%km]?[–−]\\d[\\d,.]*%%?|[+−]\\$?\\d[\\d,.]*|\\d+ (?:min|h|pts|hours?)\\b/g;
  return texts().flatMap(node => [...node.data.matchAll(FIGURE)]
    .filter(m => tops(node, m.index, m.index + m[0].length).size > 1).map(m => m[0])); }""" % TEXTS  # noqa: UP031
LONGEST = """() => {
  let longest = '';
  for (const p of document.querySelectorAll('p:not(.org,.meta,.trust,.q), li, figcaption, dd, .line')) {
    if (!p.getClientRects().length || p.closest('nav,footer,table')) continue;
    const r = document.createRange(), text = document.createTreeWalker(p, NodeFilter.SHOW_TEXT);
    let line = '', top = null;
    for (let node; (node = text.nextNode()); ) for (let i = 0; i < node.data.length; i++) {
      r.setStart(node, i); r.setEnd(node, i + 1);
      const box = r.getClientRects()[0];
      if (!box || !box.width) continue;
      if (top === null || box.top > top + 8) { line = ''; top = box.top; }
      line += node.data[i];
      if (line.trim().length > longest.length) longest = line.trim();
    } }
  return longest; }"""

SCROLLING = """() => [...document.querySelectorAll('.tw')]
  .filter(box => box.getClientRects().length && box.scrollWidth > box.clientWidth + 1)
  .map(box => box.querySelector('caption').textContent)"""
# Labels of a drawing that lie on each other or leave it.
COLLIDING = """() => [...document.querySelectorAll('svg.ch')].flatMap(svg => {
  if (!svg.getClientRects().length) return [];
  const edge = svg.getBoundingClientRect(), texts = [...svg.querySelectorAll('text')].filter(t => t.textContent.trim());
  const boxes = texts.map(t => t.getBoundingClientRect()), found = [];
  boxes.forEach((a, i) => {
    if (a.left < edge.left - 2 || a.right > edge.right + 2 || a.top < edge.top - 2 || a.bottom > edge.bottom + 2)
      found.push(texts[i].textContent);
    boxes.slice(i + 1).forEach((b, j) => {
      const wide = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const high = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      if (wide > 1 && high > 4)
        found.push(texts[i].textContent + ' / ' + texts[i + 1 + j].textContent); }); });
  return found; })"""


def smallest_chart_text(tab: Any) -> float:
    """Return the smallest size of a text in a drawing that is shown, in pixels."""
    return float(tab.evaluate(CHART_TEXT))


def broken_figures(tab: Any) -> list[str]:
    """Return figures, ranges and waits that a line ends in."""
    return list(tab.evaluate(BROKEN))


def longest_line(tab: Any) -> str:
    """Return the longest line of running text."""
    return str(tab.evaluate(LONGEST))


def scrolling_tables(tab: Any) -> list[str]:
    """Return the titles of the tables that are wider than their place."""
    return list(tab.evaluate(SCROLLING))


def colliding_labels(tab: Any) -> list[str]:
    """Return the labels of drawings that lie on each other or outside of their drawing."""
    return list(tab.evaluate(COLLIDING))


def violations(tab: Any) -> list[tuple[str, str]]:
    """Return what axe finds: each rule with the first place that breaks it."""
    from axe_playwright_python.sync_playwright import Axe

    return [(found["id"], found["nodes"][0]["html"][:120]) for found in Axe().run(tab).response["violations"]]


def sheets(tab: Any, path: Path) -> list[str]:
    """Print the page on A4; return the text of each sheet as it is laid out."""
    tab.pdf(path=path, prefer_css_page_size=True)
    text = subprocess.run(["pdftotext", "-layout", path, "-"], capture_output=True, text=True, check=True).stdout
    return text.rstrip("\f\n").split("\f")
