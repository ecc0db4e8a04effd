/** The parts of an OpenAPI 3.1 document that tests read. */
export interface OpenApiSchema {
  $ref?: string;
  type?: string | string[];
  format?: string;
  pattern?: string;
  minLength?: number;
  enum?: unknown[];
  properties?: Record<string, OpenApiSchema>;
  required?: string[];
  additionalProperties?: boolean | OpenApiSchema;
  items?: OpenApiSchema;
  allOf?: OpenApiSchema[];
  anyOf?: OpenApiSchema[];
  oneOf?: OpenApiSchema[];
}

interface Reference {
  $ref: string;
}

export interface OpenApiMedia {
  schema: OpenApiSchema;
  example?: unknown;
  examples?: Record<string, { value: unknown } | Reference>;
}

export interface OpenApiHeader {
  description?: string;
  required?: boolean;
  schema: OpenApiSchema;
}

export interface OpenApiReply {
  description: string;
  headers?: Record<string, OpenApiHeader | Reference>;
  content?: Record<string, OpenApiMedia>;
}

export interface OpenApiParameter {
  name: string;
  in: string;
  required?: boolean;
  schema: OpenApiSchema;
}

export interface OpenApiOperation {
  operationId?: string;
  summary?: string;
  description?: string;
  tags?: string[];
  security?: Record<string, string[]>[];
  parameters?: (OpenApiParameter | Reference)[];
  requestBody?: { content: Record<string, OpenApiMedia> };
  responses: Record<string, OpenApiReply | Reference>;
  'x-scopes'?: string[];
}

export interface OpenApi {
  openapi: string;
  info: { version: string; description: string; contact?: object; license?: object };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, OpenApiOperation>>;
  components: {
    schemas: Record<string, OpenApiSchema>;
    responses?: Record<string, OpenApiReply>;
    headers?: Record<string, OpenApiHeader>;
    parameters?: Record<string, OpenApiParameter>;
  };
}
