/** The page's charts, drawn when the page is written: the page loads and runs nothing for them. */
import { BarChart } from 'echarts/charts';
import { GridComponent, MarkLineComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { toHtml } from './to-html.ts';

use([BarChart, GridComponent, MarkLineComponent, SVGRenderer]);

/** One bar. */
export interface Bar {
  readonly label: string;
  readonly value: number;
  /** The value as text, at the bar's end. */
  readonly words: string;
}

/** A drawing scales as a whole with its letters, so there is one for screens and one for phones. */
type Shape = 'wide' | 'narrow';
const shapes: Readonly<Record<Shape, { width: number; barHeight: number; bar: number; maxLabel: number }>> = {
  wide: { width: 560, barHeight: 26, bar: 16, maxLabel: 30 },
  narrow: { width: 330, barHeight: 38, bar: 12, maxLabel: 42 },
};
// Average width of a wide letter of the page's font at 13 pixels.
const letter = 7.4;
// Removed from the drawing: the page's style sets the font.
const fontStyle = ' style="font-size:13px;font-family:inherit;"';

/**
 * A figure of horizontal bars, the first at the top; empty text if there are no bars.
 *
 * The colours are the page's own, so they follow light and dark.
 *
 * @param quota marked by a line across the bars
 */
export function barFigure(title: string, bars: readonly Bar[], quota?: number): string {
  if (bars.length === 0) return '';
  const alternative = bars.map(({ label, words }) => `${label}: ${words}`).join('; ');
  return `<figure><figcaption>${toHtml(title)}</figcaption><div role="img" aria-label="${toHtml(`${title}. ${alternative}`)}">${draw(bars, quota, 'wide')}${draw(bars, quota, 'narrow')}</div>${quota === undefined ? '' : `<p class="key">The dashed line is the quota of ${quota.toLocaleString('en')} images.</p>`}</figure>`;
}

const text = { color: 'var(--ink)', fontSize: 13, fontFamily: 'inherit' };

function draw(bars: readonly Bar[], quota: number | undefined, shape: Shape): string {
  const { width, barHeight, maxLabel } = shapes[shape];
  const isNarrow = shape === 'narrow';
  const labels = bars.map(({ label }) => truncate(label, maxLabel));
  const longest = Math.max(...labels.map(({ length }) => length));
  const maxValue = Math.max(...bars.map(({ value }) => value), quota ?? 0);
  const chart = init(null, null, {
    renderer: 'svg',
    ssr: true,
    width,
    height: bars.length * barHeight + 10,
  });
  chart.setOption({
    animation: false,
    grid: {
      left: isNarrow ? 0 : 14 + longest * letter,
      right: 12 + Math.max(...bars.map(({ words }) => words.length)) * letter,
      top: isNarrow ? 8 : 4,
      bottom: isNarrow ? 0 : 4,
    },
    // A maximum of 0 would have no scale.
    xAxis: { type: 'value', show: false, min: 0, max: Math.max(maxValue, 1e-9) },
    yAxis: labelAxis(labels, isNarrow),
    series: [{ ...barSeries(bars, shape), ...(quota === undefined ? {} : quotaLine(quota)) }],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return (
    svg
      .replaceAll(fontStyle, '')
      // Styles for a pointer over a bar, which has no effect here.
      .replaceAll(/<style\b[^>]*>.*?<\/style>| (?:class|ecmeta_\w+)="[^"]*"/gs, '')
      .replace('<svg ', `<svg class="${shape}" aria-hidden="true" `)
  );
}

function labelAxis(labels: string[], isNarrow: boolean) {
  return {
    type: 'category' as const,
    inverse: true,
    data: labels,
    axisLine: { show: false },
    axisTick: { show: false },
    axisLabel: {
      ...text,
      interval: 0,
      // On a phone a name is above its bar.
      ...(isNarrow
        ? { inside: true, margin: 0, verticalAlign: 'bottom' as const, padding: [0, 0, 7, 0] }
        : {}),
    },
    z: 3,
  };
}

function barSeries(bars: readonly Bar[], shape: Shape) {
  return {
    type: 'bar' as const,
    silent: true,
    barWidth: shapes[shape].bar,
    itemStyle: { color: 'var(--bar)', borderRadius: 2 },
    data: bars.map(({ value, words }) => ({ value, label: { formatter: () => words } })),
    label: {
      ...text,
      show: true,
      position: 'right' as const,
      textBorderColor: 'var(--paper)',
      textBorderWidth: 4,
    },
  };
}

function quotaLine(quota: number) {
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      z: 1,
      label: { show: false },
      lineStyle: { color: 'var(--bad)', type: 'dashed' as const, width: 1.5 },
      data: [{ xAxis: quota }],
    },
  };
}

function truncate(label: string, maxCharacters: number): string {
  return label.length <= maxCharacters ? label : `…${label.slice(1 - maxCharacters).toWellFormed()}`;
}
