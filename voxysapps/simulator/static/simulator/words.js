// The window's own words. English is the key; agents who read from right to left read Arabic.
const ARABIC = {
  All: 'الكل',
  'Add label': 'إضافة وسم',
  'Assigned agent': 'الوكيل المعيّن',
  'Assigned team': 'الفريق المعيّن',
  Blocked: 'محظور',
  Campaigns: 'الحملات',
  Cancel: 'إلغاء',
  Captain: 'الكابتن',
  Company: 'الشركة',
  Contact: 'جهة الاتصال',
  'Contact attributes': 'سمات جهة الاتصال',
  Contacts: 'جهات الاتصال',
  'Conversation actions': 'إجراءات المحادثة',
  'Conversation information': 'معلومات المحادثة',
  Conversations: 'المحادثات',
  'Delete message': 'حذف الرسالة',
  'Edit contact': 'تعديل جهة الاتصال',
  Email: 'البريد الإلكتروني',
  'Help center': 'مركز المساعدة',
  Identifier: 'المعرّف',
  Labels: 'الوسوم',
  Messages: 'الرسائل',
  Mine: 'محادثاتي',
  'My inbox': 'صندوقي',
  Name: 'الاسم',
  'No name': 'بلا اسم',
  'No attributes': 'لا توجد سمات',
  None: 'لا شيء',
  'Not available': 'غير متوفر',
  Open: 'مفتوحة',
  Phone: 'الهاتف',
  Pending: 'معلّقة',
  Priority: 'الأولوية',
  'Profile settings': 'إعدادات الملف الشخصي',
  'Private note': 'ملاحظة خاصة',
  Reopen: 'إعادة الفتح',
  Reply: 'رد',
  Reports: 'التقارير',
  Resolve: 'حل',
  Resolved: 'محلولة',
  Save: 'حفظ',
  Search: 'بحث',
  Send: 'إرسال',
  'Add note': 'إضافة ملاحظة',
  Settings: 'الإعدادات',
  Snoozed: 'مؤجلة',
  Unassigned: 'غير معيّنة',
  'Only agents see this note.': 'لا يرى هذه الملاحظة سوى الوكلاء.',
  'Write a reply': 'اكتب رداً',
  'You can only reply with a template: the 24 hours are over.': 'يمكنك الرد بقالب فقط: انقضت ٢٤ ساعة.',
  'Identity verified': 'الهوية موثّقة',
  'Identity not verified': 'الهوية غير موثّقة',
  'Identity unknown': 'الهوية غير معروفة',
  Inbox: 'صندوق الوارد',
  Started: 'بدأت',
  Browser: 'المتصفح',
  'Started from': 'بدأت من',
  'No team': 'بلا فريق',
  Conversation: 'المحادثة',
};

let language = 'en';

export function useLanguage(code) {
  language = code;
}

export function currentLanguage() {
  return language;
}

export function say(words) {
  return (language === 'ar' && ARABIC[words]) || words;
}
