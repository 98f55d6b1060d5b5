{{- define "warifu.labels" -}}
{{ include "warifu.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{- define "warifu.selector" -}}
app.kubernetes.io/name: warifu
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Whether everything that must stay is elsewhere, so that pods need no volume. */}}
{{- define "warifu.stateless" -}}
{{- if and .Values.secrets.database.name .Values.secrets.keys.name }}true{{ end }}
{{- end }}

{{/* Combinations that would not start, or would lose something. */}}
{{- define "warifu.validate" -}}
{{- $url := required "baseUrl is required, such as https://id.example.com" .Values.baseUrl }}
{{- if and (not .Values.secrets.smtp.name) (not (regexMatch "^http://localhost(:[0-9]+)?$" $url)) }}
{{- fail "secrets.smtp.name is required: people must get their mails" }}
{{- end }}
{{- if and (gt (int .Values.replicas) 1) (not (include "warifu.stateless" .)) }}
{{- fail "replicas: more than one needs secrets.database.name and secrets.keys.name" }}
{{- end }}
{{- end }}
