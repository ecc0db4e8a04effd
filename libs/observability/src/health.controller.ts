import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { Public, SkipRateLimit } from '@waybill/http';
import { HealthDto } from './health.dto';
import { Readiness } from './readiness';

/** Health checks for load balancers and orchestrators. */
@ApiTags('operations')
@Controller()
export class HealthController {
  constructor(private readonly readiness: Readiness) {}

  /** Check liveness. Returns 200 if the process is alive. Does not check dependencies. */
  @Get('livez')
  @Public()
  @SkipRateLimit()
  @Header('Cache-Control', 'no-store')
  @ApiOperation({ operationId: 'getLiveness' })
  @ApiOkResponse({ type: HealthDto })
  livez(): HealthDto {
    return { status: 'ok' };
  }

  /** Check readiness. Returns 503 while the process starts or stops, and while PostgreSQL is unavailable. */
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
