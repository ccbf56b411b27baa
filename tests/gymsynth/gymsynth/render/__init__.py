"""Headless OpenGL renderer (moderngl and EGL; works on llvmpipe): skinned bodies, props, a room, one sun with a shadow
map, ambient light."""

import moderngl
import numpy as np

from .camera import look_at
from .shaders import FS, FS_DEPTH, FS_FLOOR, VS_SKIN, VS_STATIC

MAXB = 64


class Renderer:
    """Draws pictures of w x h pixels; the room is baked once for a camera that stands still."""

    def __init__(self, w, h, shadow=1024):
        self.ctx = c = moderngl.create_context(standalone=True, backend="egl")
        self.w, self.h = w, h
        self.fbo = c.framebuffer([c.texture((w, h), 4)], c.depth_renderbuffer((w, h)))
        self.sdt = c.depth_texture((shadow, shadow))
        self.sdt.compare_func = "<="
        self.sfbo = c.framebuffer(depth_attachment=self.sdt)
        fs = FS.replace("#version 330", "#version 330\n#define TEX")
        self.p_skin = c.program(VS_SKIN, FS)
        self.p_stat = c.program(VS_STATIC, fs)
        self.d_skin = c.program(VS_SKIN, FS_DEPTH)
        self.d_stat = c.program(VS_STATIC, FS_DEPTH)
        self.static, self.props, self.bodies = None, {}, []
        self.bg, self.bgpool = {}, {}
        self.p_floor = c.program(VS_STATIC, FS_FLOOR)
        q = np.array([[-2.2, -2.2, 0], [2.2, -2.2, 0], [2.2, 2.2, 0], [-2.2, 2.2, 0]], np.float32)
        self.floor_vao = c.vertex_array(
            self.p_floor,
            [(c.buffer(q.tobytes()), "3f", "pos")],
            c.buffer(np.array([0, 1, 2, 0, 2, 3], np.int32).tobytes()),
        )
        self.patches = [(0.0, 0.0, 0.004)]

    def set_light(self, sun, suncol, amb, center=(0, 0, 0.9), span=2.6):
        """Sun from the direction `sun` with its colour, ambient colour; shadows within `span` metres of the centre."""
        sun = np.asarray(sun, float)
        sun /= np.linalg.norm(sun)
        self.sun, self.suncol, self.amb = sun, suncol, amb
        V = look_at(np.asarray(center) + sun * 8, center, (0, 1, 0) if abs(sun[2]) > 0.99 else (0, 0, 1))
        P = np.diag([1 / span, 1 / span, -2 / 14.0, 1.0])
        P[2, 3] = -(15.0 + 1.0) / 14.0
        self.LVP = P @ V

    def set_textures(self, arr):
        """arr (n, s, s, 3) uint8 texture layers."""
        n, s = arr.shape[:2]
        self.tex = self.ctx.texture_array((s, s, n), 3, np.ascontiguousarray(arr).tobytes())
        self.tex.build_mipmaps()
        self.tex.repeat_x = self.tex.repeat_y = True
        self.tex.filter = (moderngl.LINEAR_MIPMAP_LINEAR, moderngl.LINEAR)
        self.tex.anisotropy = 4.0

    def _vao(self, data, faces, fmt, names, progs):
        vb = self.ctx.buffer(np.ascontiguousarray(data, np.float32).tobytes())
        ib = self.ctx.buffer(np.ascontiguousarray(faces, np.int32).tobytes())
        out = []
        for pr in progs:
            use, fm = [], []
            for n, f in zip(names, fmt.split(), strict=True):
                if n in pr:
                    use.append(n)
                    fm.append(f)
                else:
                    fm.append(f"{int(f[:-1]) * 4}x")
            out.append(self.ctx.vertex_array(pr, [(vb, " ".join(fm), *use)], ib))
        return out

    def add_body(self, b):
        """Index of the body, for `draw`."""
        d = np.concatenate([b.mesh_v, b.mesh_n, b.mesh_c, b.mesh_bi.astype(np.float32), b.mesh_bw], 1)
        self.bodies.append(
            self._vao(d, b.mesh_f, "3f 3f 3f 4f 4f", ["pos", "nrm", "col", "bi", "bw"], (self.p_skin, self.d_skin))
        )
        return len(self.bodies) - 1

    def add_mesh(self, mesh):
        """Vertex arrays (colour pass, shadow pass) of a mesh of `scene.shapes`."""
        v, n, c, t, f = mesh
        return self._vao(
            np.concatenate([v, n, c, t], 1), f, "3f 3f 3f 3f", ["pos", "nrm", "col", "uvt"], (self.p_stat, self.d_stat)
        )

    def set_static(self, mesh):
        """The room."""
        self.static = self.add_mesh(mesh)

    def add_prop(self, name, mesh):
        """A thing that moves, by name."""
        self.props[name] = self.add_mesh(mesh)

    @staticmethod
    def _m(M):
        return np.ascontiguousarray(np.asarray(M, np.float32).T).tobytes()

    def _bake(self, cam, jitter):
        """Room without people: colour and depth, used again for every frame of a fixed camera."""
        c = self.ctx
        w, h = self.w, self.h
        if jitter not in self.bgpool:
            self.bgpool[jitter] = c.framebuffer([c.texture((w, h), 4)], c.depth_renderbuffer((w, h)))
        f = self.bgpool[jitter]
        self.sfbo.use()
        self.sfbo.clear(depth=1.0)
        f.use()
        f.clear(0.1, 0.1, 0.1, 1.0, depth=1.0)
        self._uniforms(cam, jitter)
        self.p_stat["model"].write(self._m(np.eye(4)))
        self.static[0].render()
        return f

    def _uniforms(self, cam, jitter):
        VP = self._m(cam.proj(*jitter) @ cam.V)
        L = self._m(self.LVP)
        self.sdt.use(1)
        self.tex.use(0)
        for p in (self.p_skin, self.p_stat):
            p["VP"].write(VP)
            p["LVP"].write(L)
            p["sun"].value = tuple(self.sun)
            p["suncol"].value = tuple(self.suncol)
            p["amb"].value = tuple(self.amb)
            p["eye"].value = tuple(cam.eye)
            p["shadow"].value = 1
        self.p_stat["tex"].value = 0
        self.p_floor["VP"].write(VP)
        self.p_floor["LVP"].write(L)
        self.p_floor["shadow"].value = 1
        d = float(np.mean(self.suncol)) * self.sun[2]
        self.p_floor["k"].value = d / (d + float(np.mean(self.amb)))

    def draw(self, cam, bodies, props, jitter=(0, 0), fixed=True):
        """RGBA picture (h, w, 4), bottom row first; bodies: [(index, bone matrices)], props: [(name, 4x4)]."""
        c = self.ctx
        c.enable(moderngl.DEPTH_TEST)
        # shadow pass
        self.sfbo.use()
        self.sfbo.clear(depth=1.0)
        packs = []
        for i, M in bodies:
            B = np.tile(np.eye(4, dtype=np.float32), (MAXB, 1, 1))
            B[: len(M)] = M
            packs.append((i, np.ascontiguousarray(B.transpose(0, 2, 1)).tobytes()))
        self.d_skin["VP"].write(self._m(self.LVP))
        for i, B in packs:
            self.d_skin["bones"].write(B)
            self.bodies[i][1].render()
        self.d_stat["VP"].write(self._m(self.LVP))
        for n, M in props:
            self.d_stat["model"].write(self._m(M))
            self.props[n][1].render()
        # colour pass
        if not fixed:
            self.bg.clear()
        if jitter not in self.bg:
            sh = self.sdt.read()
            self.bg[jitter] = self._bake(cam, jitter)
            self.sdt.write(sh)
        c.copy_framebuffer(self.fbo, self.bg[jitter])
        self.fbo.use()
        self._uniforms(cam, jitter)
        for i, B in packs:
            self.p_skin["bones"].write(B)
            self.bodies[i][0].render()
        for n, M in props:
            self.p_stat["model"].write(self._m(M))
            self.props[n][0].render()
        c.enable(moderngl.BLEND)
        c.blend_func = moderngl.SRC_ALPHA, moderngl.ONE_MINUS_SRC_ALPHA
        self.fbo.depth_mask = False
        for x, y, z in self.patches:
            M = np.eye(4)
            M[:3, 3] = x, y, z
            self.p_floor["model"].write(self._m(M))
            self.floor_vao.render()
        self.fbo.depth_mask = True
        c.disable(moderngl.BLEND)
        return np.frombuffer(self.fbo.read(components=4), np.uint8).reshape(self.h, self.w, 4)
