import { Controller, type ExecutionContext, Get, Query } from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import { QueryGuard } from './query.guard';

class ByColour {
  @IsOptional()
  @IsString()
  colour?: string;
}

class BySize {
  @IsOptional()
  @IsString()
  size?: string;
}

// Two controllers that share a name, as those of two modules may.
const [shirts, boxes] = [
  (() => {
    @Controller('shirts')
    class ItemsController {
      @Get()
      list(@Query() query: ByColour): object {
        return query;
      }
    }
    return ItemsController;
  })(),
  (() => {
    @Controller('boxes')
    class ItemsController {
      @Get()
      list(@Query() query: BySize): object {
        return query;
      }

      @Get('all')
      all(): object {
        return {};
      }
    }
    return ItemsController;
  })(),
];

describe('QueryGuard', () => {
  const check = (controller: new () => object, method: string, query: Record<string, string>) => {
    const execution = {
      getClass: () => controller,
      getHandler: () => (controller.prototype as Record<string, unknown>)[method],
      switchToHttp: () => ({ getRequest: () => ({ query }) }),
    };
    return new QueryGuard().canActivate(execution as unknown as ExecutionContext);
  };

  it('validates each route against its own DTO, even if two controllers have the same name', async () => {
    expect(shirts.name).toBe(boxes.name);
    for (let round = 0; round < 2; round++) {
      await expect(check(shirts, 'list', { colour: 'red' })).resolves.toBe(true);
      await expect(check(boxes, 'list', { size: 'L' })).resolves.toBe(true);
      await expect(check(shirts, 'list', { size: 'L' })).rejects.toMatchObject({ code: 'bad_request' });
      await expect(check(boxes, 'list', { colour: 'red' })).rejects.toMatchObject({ code: 'bad_request' });
    }
  });

  it('refuses every parameter on a route without a DTO', async () => {
    await expect(check(boxes, 'all', {})).resolves.toBe(true);
    await expect(check(boxes, 'all', { size: 'L' })).rejects.toMatchObject({ code: 'bad_request' });
  });
});
