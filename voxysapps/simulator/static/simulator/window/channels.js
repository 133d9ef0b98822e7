// The icon of each channel class; an unknown one is a plain inbox.
const ICONS = {
  WebWidget: 'globe',
  Whatsapp: 'whatsapp',
  TwilioSms: 'sms',
  Sms: 'sms',
  Email: 'mail',
  Api: 'plug',
  FacebookPage: 'messenger',
  Instagram: 'instagram',
  Telegram: 'telegram',
  Line: 'line',
  TwitterProfile: 'twitter',
  Tiktok: 'note',
  Voice: 'phone',
};

export function channelIcon(channel) {
  return ICONS[channel] ?? 'inbox';
}
