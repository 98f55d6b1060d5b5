import type { Traces } from './note.ts';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Sends traces where OpenTelemetry's own variables say. Without `OTEL_EXPORTER_OTLP_ENDPOINT`, or the one for traces, there
 * are none, and nothing of OpenTelemetry is even read from the disk.
 */
export async function startTraces(env: Environment): Promise<Traces | undefined> {
  const endpoint = env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'] ?? env['OTEL_EXPORTER_OTLP_ENDPOINT'] ?? '';
  const isOff = env['OTEL_SDK_DISABLED'] === 'true' || env['OTEL_TRACES_EXPORTER'] === 'none';
  if (endpoint === '' || isOff) return undefined;
  const { openTraces } = await import('./otlp.ts');
  return openTraces(env);
}
