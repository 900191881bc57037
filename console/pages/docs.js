// Swagger UI for this server's OpenAPI document. A separate file, because the page's policy allows no inline script.
window.SwaggerUIBundle({
  url: '/openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  displayRequestDuration: true,
  tryItOutEnabled: true,
  // The online validator would send the document to a third party.
  validatorUrl: null,
});
