"""GLSL programs: skinned bodies, static meshes, the floor that catches shadows, depth."""

VS_SKIN = """
#version 330
uniform mat4 VP; uniform mat4 LVP; uniform mat4 bones[64];
in vec3 pos; in vec3 nrm; in vec3 col; in vec4 bi; in vec4 bw;
out vec3 N; out vec3 C; out vec3 Wp; out vec4 Ls;
void main(){
  mat4 M = bones[int(bi.x)]*bw.x + bones[int(bi.y)]*bw.y + bones[int(bi.z)]*bw.z + bones[int(bi.w)]*bw.w;
  vec4 w = M*vec4(pos,1.0); N = mat3(M)*nrm; C = col; Wp = w.xyz; Ls = LVP*w;
  gl_Position = VP*w;
}"""
VS_STATIC = """
#version 330
uniform mat4 VP; uniform mat4 LVP; uniform mat4 model;
in vec3 pos; in vec3 nrm; in vec3 col; in vec3 uvt;
out vec3 N; out vec3 C; out vec3 Wp; out vec4 Ls; out vec3 UV;
void main(){ vec4 w = model*vec4(pos,1.0); N = mat3(model)*nrm; C = col; Wp = w.xyz; Ls = LVP*w; UV = uvt;
  gl_Position = VP*w; }"""
FS = """
#version 330
uniform vec3 sun; uniform vec3 suncol; uniform vec3 amb; uniform vec3 eye; uniform sampler2DShadow shadow;
#ifdef TEX
uniform sampler2DArray tex; in vec3 UV;
#endif
in vec3 N; in vec3 C; in vec3 Wp; in vec4 Ls; out vec4 o;
void main(){
  vec3 n = normalize(N); vec3 c = C;
#ifdef TEX
  if (UV.z >= 0.0) c *= texture(tex, UV).rgb;
  if (UV.z > 98.0) { o = vec4(C, 1.0); return; }
#endif
  float l = max(dot(n, sun), 0.0);
  vec3 q = Ls.xyz/Ls.w*0.5+0.5; float s = 1.0;
  if (q.x>0.0 && q.x<1.0 && q.y>0.0 && q.y<1.0) {
    float e = 0.0009; q.z -= 0.0022; s = 0.0;
    s += texture(shadow, q+vec3( e, e,0)); s += texture(shadow, q+vec3(-e, e,0));
    s += texture(shadow, q+vec3( e,-e,0)); s += texture(shadow, q+vec3(-e,-e,0)); s *= 0.25; }
  float hemi = 0.72 + 0.28*n.z;
  vec3 v = normalize(eye - Wp); vec3 h = normalize(v + sun);
  float sp = pow(max(dot(n,h),0.0), 24.0)*0.06*s;
  float fill = max(dot(n, v), 0.0)*0.14;
  o = vec4(c*(amb*hemi + fill + suncol*l*s) + sp, 1.0);
}"""
FS_FLOOR = """
#version 330
uniform sampler2DShadow shadow; uniform float k;
in vec3 Wp; in vec4 Ls; out vec4 o;
void main(){
  vec3 q = Ls.xyz/Ls.w*0.5+0.5; float s = 0.0; float e = 0.0011; q.z -= 0.0022;
  s += texture(shadow, q+vec3( e, e,0)); s += texture(shadow, q+vec3(-e, e,0));
  s += texture(shadow, q+vec3( e,-e,0)); s += texture(shadow, q+vec3(-e,-e,0));
  o = vec4(0.0, 0.0, 0.0, (1.0 - 0.25*s)*k);
}"""
FS_DEPTH = "#version 330\nvoid main(){}"
