{{- define "raiox.labels" -}}
app.kubernetes.io/name: raiox
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end -}}

{{- define "raiox.selector" -}}
app.kubernetes.io/name: raiox
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "raiox.image" -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}

{{/* What every process needs; the secret brings database, session key and keys of the store. */}}
{{- define "raiox.environment" -}}
envFrom:
  - secretRef:
      name: {{ .Values.secret }}
env:
  - name: RAIOX_FILES__URL
    value: {{ required "files.url names the bucket" .Values.files.url | quote }}
  - name: AWS_REGION
    value: {{ .Values.files.region | quote }}
  {{- with .Values.files.endpoint }}
  - name: AWS_ENDPOINT_URL
    value: {{ . | quote }}
  {{- end }}
  - name: RAIOX_WEB__PUBLIC_METRICS
    value: "true"
  {{- range $name, $value := .Values.settings }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
{{- end -}}

{{- define "raiox.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{- define "raiox.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end -}}

{{/* The folder of a process holds nothing that must outlive it. */}}
{{- define "raiox.volumes" -}}
volumes:
  - name: data
    emptyDir: {}
  - name: tmp
    emptyDir:
      medium: Memory
      sizeLimit: 512Mi
{{- end -}}

{{- define "raiox.mounts" -}}
volumeMounts:
  - name: data
    mountPath: /var/lib/raiox
  - name: tmp
    mountPath: /tmp
{{- end -}}

{{- define "raiox.probes" -}}
startupProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 2
  failureThreshold: 60
livenessProbe:
  httpGet: {path: /healthz, port: http}
  periodSeconds: 10
  timeoutSeconds: 5
readinessProbe:
  httpGet: {path: /readyz, port: http}
  periodSeconds: 10
  timeoutSeconds: 10
{{- end -}}

{{- define "raiox.spread" -}}
topologySpreadConstraints:
  - maxSkew: 1
    topologyKey: kubernetes.io/hostname
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "raiox.selector" .root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
{{- end -}}
