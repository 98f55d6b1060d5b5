import './look/kit-app.ts';
