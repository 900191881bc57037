import { setting } from '../setting.ts';
import { url } from '../values.ts';

export const MAIL = {
  SMTP_URL: setting({
    group: 'Mail',
    description: 'Server that sends mail.',
    schema: url('smtp:', 'smtps:'),
    secret: true,
  }),
};
