import { type Context, ROOT_CONTEXT, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { parseTraceParent } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  AlwaysOffSampler,
  AlwaysOnSampler,
  BatchSpanProcessor,
  ParentBasedSampler,
  type Sampler,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import serverPackage from '../../package.json' with { type: 'json' };
import type { TracedRequest, Traces } from './note.ts';

const longestStop = 1_000;

/** Opens the way to a collector; addresses, headers and times come from the variables of OpenTelemetry. */
export function openTraces(env: Readonly<Record<string, string | undefined>>): Traces {
  const named = resourceFromAttributes({ 'service.name': 'warifu', 'service.version': serverPackage.version });
  const provider = new TracerProvider({
    // What `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` say comes before. Nothing is told of the machine.
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    sampler: samplerOf(env['OTEL_TRACES_SAMPLER'], env['OTEL_TRACES_SAMPLER_ARG']),
    spanProcessors: [new BatchSpanProcessor({ exporter: new OTLPTraceExporter() })],
  });
  const tracer = provider.getTracer('warifu', serverPackage.version);
  const note = ({ method, route, status, begun, requestId, parent }: TracedRequest) => {
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'http.response.status_code': status,
      'warifu.request_id': requestId,
      ...(status >= 500 && { 'error.type': String(status) }),
    };
    const options = { kind: SpanKind.SERVER, startTime: begun, attributes };
    const span = tracer.startSpan(`${method} ${route}`, options, contextOf(parent));
    if (status >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
    span.end();
  };
  const stop = async () => {
    const late = new Promise<void>((resolve) => setTimeout(resolve, longestStop).unref());
    await Promise.race([provider.shutdown().catch(() => {}), late]);
  };
  return { note, stop };
}

function contextOf(parent: string | undefined): Context {
  const spanContext = parent === undefined ? null : parseTraceParent(parent);
  return spanContext ? trace.setSpanContext(ROOT_CONTEXT, { ...spanContext, isRemote: true }) : ROOT_CONTEXT;
}

/** As OpenTelemetry names them; what is not known is the default. */
function samplerOf(name = 'parentbased_always_on', argument = '1'): Sampler {
  const ratio = Number(argument);
  const samplers: Readonly<Record<string, () => Sampler>> = {
    always_on: () => new AlwaysOnSampler(),
    always_off: () => new AlwaysOffSampler(),
    traceidratio: () => new TraceIdRatioBasedSampler(ratio),
    parentbased_always_on: () => new ParentBasedSampler({ root: new AlwaysOnSampler() }),
    parentbased_always_off: () => new ParentBasedSampler({ root: new AlwaysOffSampler() }),
    parentbased_traceidratio: () => new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
  };
  return (samplers[name] ?? samplers['parentbased_always_on'] ?? (() => new AlwaysOnSampler()))();
}
