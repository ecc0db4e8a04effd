import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public, SkipRateLimit } from '@waybill/http';
import { HealthDto } from './health.dto';
import { Readiness } from './readiness';

/** How a process is, for load balancers and orchestrators. */
@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Say whether the process lives. It asks nothing else. */
  @Get('livez')
  @Public()
  @SkipRateLimit()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness' })
  @ApiOkResponse({ type: HealthDto })
  livez(): HealthDto {
    return { status: 'ok' };
  }

  /** Say whether the process should be sent work: not while it starts or stops, nor without PostgreSQL. */
  @Get('readyz')
  @Public()
  @SkipRateLimit()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getReadiness' })
  @ApiOkResponse({ type: HealthDto })
  async readyz(): Promise<HealthDto> {
    await this.readiness.assert();
    return { status: 'ok' };
  }
}
