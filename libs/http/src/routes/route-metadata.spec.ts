import { Controller, Get, Query } from '@nestjs/common';
import { FASTIFY_ROUTE_CONFIG_METADATA } from '@nestjs/platform-fastify/constants.js';
import { Public } from '../access/access.decorators';
import type { RouteMetadata } from './route-metadata';

class ByColour {}
class BySize {}

const shirts = (() => {
  @Controller('shirts')
  class Things {
    @Get()
    @Public()
    list(@Query() query: ByColour): object {
      return query;
    }
  }
  return Things;
})();
const boots = (() => {
  @Controller('boots')
  class Things {
    @Get()
    @Public()
    list(@Query() query: BySize): object {
      return query;
    }
  }
  return Things;
})();

describe('the metadata of a route', () => {
  it('has the query class of its own handler, even if two controllers have the same name', () => {
    const queryOf = ({ prototype }: typeof shirts | typeof boots) =>
      (Reflect.getMetadata(FASTIFY_ROUTE_CONFIG_METADATA, prototype.list) as RouteMetadata).query;
    expect([shirts.name, boots.name]).toEqual(['Things', 'Things']);
    expect([queryOf(shirts), queryOf(boots)]).toEqual([ByColour, BySize]);
  });
});
