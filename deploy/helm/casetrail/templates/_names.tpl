{{- define "casetrail.image" -}}
{{- if .image.digest -}}{{ .image.repository }}@{{ .image.digest }}{{- else -}}{{ .image.repository }}:{{ .image.tag | default .chart.AppVersion }}{{- end -}}
{{- end }}

{{- define "casetrail.labels" -}}
app.kubernetes.io/name: casetrail
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end }}

{{/* What a pod of ours may do: nothing that it does not need. */}}
{{- define "casetrail.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{- define "casetrail.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "casetrail.bootstrap" -}}
{{- if eq .Values.kafka.mode "strimzi" -}}{{ .Release.Name }}-kafka-kafka-bootstrap:9092{{- else -}}{{ required "kafka.bootstrap, for an external broker" .Values.kafka.bootstrap }}{{- end -}}
{{- end }}

{{/* Where a service's database address comes from: secret and key. */}}
{{- define "casetrail.dsnSecret" -}}
{{ .pattern | replace "{service}" .service }}
{{- end }}

{{/* The variables that every process of a service has: {root, service, owner}. */}}
{{- define "casetrail.env" -}}
{{- $upper := upper .service -}}
{{- $values := .root.Values -}}
{{- if .owner }}
- name: CASETRAIL_{{ $upper }}_OWNER_DSN
  valueFrom: {secretKeyRef: {name: {{ include "casetrail.dsnSecret" (dict "pattern" $values.secrets.owner "service" .service) }}, key: dsn}}
- name: CASETRAIL_{{ $upper }}_DSN
  valueFrom: {secretKeyRef: {name: {{ include "casetrail.dsnSecret" (dict "pattern" $values.secrets.owner "service" .service) }}, key: dsn}}
{{- else }}
- name: CASETRAIL_{{ $upper }}_DSN
  valueFrom: {secretKeyRef: {name: {{ include "casetrail.dsnSecret" (dict "pattern" $values.secrets.service "service" .service) }}, key: dsn}}
- name: CASETRAIL_{{ $upper }}_SIGNING_KEY
  valueFrom: {secretKeyRef: {name: {{ include "casetrail.dsnSecret" (dict "pattern" $values.secrets.service "service" .service) }}, key: signing-key}}
{{- end }}
- name: CASETRAIL_MACHINE_SECRET
  valueFrom: {secretKeyRef: {name: {{ $values.secrets.shared }}, key: machine-secret}}
- name: CASETRAIL_MASTER_KEY
  valueFrom: {secretKeyRef: {name: {{ $values.secrets.shared }}, key: master-key}}
{{- range $name, $_ := $values.services }}
- name: CASETRAIL_{{ upper $name }}_VERIFIER_KEY
  valueFrom: {secretKeyRef: {name: {{ $values.secrets.shared }}, key: {{ $name }}-verifier-key}}
{{- end }}
{{- end }}

{{/* Settings that are no secrets, the same for every process. */}}
{{- define "casetrail.settings" -}}
CASETRAIL_LOG_ORIGIN: {{ .Values.logOrigin | quote }}
CASETRAIL_KAFKA_BOOTSTRAP: {{ include "casetrail.bootstrap" . | quote }}
CASETRAIL_KAFKA_PARTITIONS: {{ .Values.kafka.partitions | quote }}
CASETRAIL_KAFKA_REPLICATION: {{ min 3 .Values.kafka.brokers | quote }}
CASETRAIL_KAFKA_IDEMPOTENT: "true"
CASETRAIL_KAFKA_TRANSACTIONS: "true"
CASETRAIL_OIDC_ISSUER: {{ .Values.issuer.url | quote }}
CASETRAIL_OIDC_AUDIENCE: {{ .Values.issuer.audience | quote }}
CASETRAIL_OIDC_JWKS_URL: {{ .Values.issuer.jwksUrl | quote }}
CASETRAIL_MACHINE_TOKEN_URL: {{ .Values.issuer.tokenUrl | quote }}
CASETRAIL_FILES: {{ .Values.files.url | quote }}
CASETRAIL_LOG_LEVEL: {{ .Values.telemetry.logLevel | quote }}
OTEL_EXPORTER_OTLP_ENDPOINT: {{ .Values.telemetry.endpoint | quote }}
{{- range $service, $_ := .Values.services }}
CASETRAIL_{{ upper $service }}_URL: "http://{{ $.Release.Name }}-{{ $service }}-api:8080"
{{- end }}
{{- range $name, $value := .Values.extraEnv }}
{{ $name }}: {{ $value | quote }}
{{- end }}
{{- end }}
