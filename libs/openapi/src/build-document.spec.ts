import { Body, Controller, Get, Module, Param, Post, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { DomainError, registerScopes } from '@waybill/core';
import { ApiProblems, Matched, Public, RequireScopes, RouteTable } from '@waybill/http';
import { buildDocument } from './build-document';
import { OpenApiDocument } from './open-api-document';
import type { ApiDescription, Reply } from './types';

class SizeDto {
  @ApiProperty({ example: 3 })
  width!: number;
}

class ThingDto {
  @ApiProperty({ example: 'a' })
  name!: string;

  @ApiProperty({ type: () => SizeDto, description: 'How large it is.' })
  size!: SizeDto;

  @ApiProperty({ type: 'number', format: 'double', example: 0.5 })
  ratio!: number;
}

class MuteDto {
  @ApiProperty()
  silent!: string;
}

class NeedsWordsError extends DomainError {
  static override readonly code = 'needs_words';
  static override readonly kind = 'conflict';
}

const thingsScopes = { manage: { name: 'things:manage', description: 'Change things.', roles: [] } };
registerScopes(thingsScopes);

const complete = { operationId: 'getThing', summary: 'Show a thing. All of it.' };

let app: NestFastifyApplication | undefined;

async function describeRoutes(controller: Type): Promise<ApiDescription> {
  class Host {}
  Module({ controllers: [controller], providers: [RouteTable, OpenApiDocument] })(Host);
  const adapter = new FastifyAdapter();
  app = await NestFactory.create<NestFastifyApplication>(Host, adapter, {
    logger: false,
    abortOnError: false,
  });
  app.get(RouteTable).collect(adapter.getInstance());
  await app.init();
  const tags = { shelves: 'Places for things.' };
  buildDocument(app, { title: 'Things', version: '1.2.3', description: 'Stores things.', tags });
  return JSON.parse(app.get(OpenApiDocument).json) as ApiDescription;
}

describe('the OpenAPI document', () => {
  afterEach(() => app?.close());

  it('combines the decorators with the behaviour of the routes', async () => {
    @ApiTags('shelves')
    @Controller('things')
    class Things {
      @Post(':id')
      @Matched()
      @RequireScopes(thingsScopes.manage)
      @ApiOperation(complete)
      @ApiCreatedResponse({ type: ThingDto })
      post(@Param('id') _id: number, @Body() body: ThingDto): ThingDto {
        return body;
      }
    }
    const { paths, components, tags } = await describeRoutes(Things);
    const operation = paths['/things/{id}']?.post;
    expect(operation).toMatchObject({
      summary: 'Show a thing',
      description: 'All of it.\n\n**Access:** staff and API keys with `things:manage`.',
      'x-scopes': ['things:manage'],
      parameters: [
        { name: 'id', schema: { type: 'integer', minimum: 1 } },
        { $ref: '#/components/parameters/IfMatch' },
      ],
    });
    const example = { name: 'a', size: { width: 3 }, ratio: 0.5 };
    expect(operation?.requestBody?.content['application/json']?.example).toEqual(example);
    expect(
      (operation?.responses['201'] as Reply | undefined)?.content?.['application/json']?.example,
    ).toEqual(example);
    expect(operation?.responses['403']).toEqual({
      $ref: '#/components/responses/CrossOriginWriteOrScopeMissing',
    });
    expect(components.schemas.Thing).toMatchObject({
      additionalProperties: false,
      properties: {
        size: { $ref: '#/components/schemas/Size', description: 'How large it is.' },
        ratio: { type: 'number', format: 'double' },
      },
    });
    expect(components.schemas.Size).toMatchObject({
      additionalProperties: false,
      properties: { width: { type: 'integer', examples: [3] } },
    });
    expect(tags.map(({ name }) => name)).toEqual(['shelves']);
  });

  const refused = async (controller: Type): Promise<string> =>
    describeRoutes(controller).then(
      () => 'no error was thrown',
      ({ message }: Error) => message,
    );

  it('refuses a route without a description', async () => {
    @Controller('things')
    class Bare {
      @Get()
      @Public()
      @ApiOperation({ operationId: '' })
      @ApiOkResponse({ type: ThingDto })
      get(): void {}
    }
    expect(await refused(Bare)).toBe('OpenAPI: GET /things: it has no operationId (@ApiOperation)');
  });

  it.each([
    ['a summary', { operationId: 'getThing' }, 'shelves', /GET \/things: it has no summary/],
    ['a known tag', complete, 'things', /GET \/things: its tag things is not described by any module/],
    ['an operationId', { summary: 'Show a thing.', operationId: '' }, 'shelves', /it has no operationId/],
  ])('refuses a route without %s', async (_, operation, tag, message) => {
    @ApiTags(tag)
    @Controller('things')
    class Things {
      @Get()
      @Public()
      @ApiOperation(operation)
      @ApiOkResponse({ type: ThingDto })
      get(): void {}
    }
    expect(await refused(Things)).toMatch(message);
  });

  it('refuses a reply with a field without an example', async () => {
    @ApiTags('shelves')
    @Controller('things')
    class Things {
      @Get()
      @Public()
      @ApiOperation(complete)
      @ApiOkResponse({ type: MuteDto })
      get(): void {}
    }
    expect(await refused(Things)).toBe('OpenAPI: GET /things: Mute.silent has no example');
  });

  it('refuses a path parameter without a format', async () => {
    @ApiTags('shelves')
    @Controller('things')
    class Things {
      @Get(':id')
      @Public()
      @ApiOperation(complete)
      @ApiOkResponse({ type: ThingDto })
      get(@Param('id') _id: string): void {}
    }
    expect(await refused(Things)).toBe('OpenAPI: GET /things/:id: the parameter id has no example');
  });

  it('refuses an error without an example', async () => {
    @ApiTags('shelves')
    @Controller('things')
    class Things {
      @Get()
      @Public()
      @ApiProblems(NeedsWordsError)
      @ApiOperation(complete)
      @ApiOkResponse({ type: ThingDto })
      get(): void {}
    }
    expect(await refused(Things)).toMatch(/NeedsWordsError takes arguments: it needs its own example\(\)/);
  });
});
