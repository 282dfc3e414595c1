# What every port has in common: NAME, and PROGRAMS or LIBRARY, are set before this file is read.
CC ?= cc
CFLAGS ?= -O2
DESTDIR ?=
PREFIX ?= /usr

all: $(PROGRAMS) $(LIBRARY:%=lib%.a) $(LIBRARY:%=lib%.so)

%: %.c
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $< $(LIBS)

%.o: %.c
	$(CC) $(CFLAGS) -fPIC -c -o $@ $<

lib%.a: %.o
	$(AR) rcD $@ $<

lib%.so: %.o
	$(CC) $(CFLAGS) -shared -Wl,-soname,$@ -o $@ $<

install: all
	for program in $(PROGRAMS); do \
	  mkdir -p $(DESTDIR)$(PREFIX)/bin && cp $$program $(DESTDIR)$(PREFIX)/bin/ || exit 1; done
	for library in $(LIBRARY); do \
	  mkdir -p $(DESTDIR)$(PREFIX)/lib $(DESTDIR)$(PREFIX)/include && \
	  cp lib$$library.a lib$$library.so $(DESTDIR)$(PREFIX)/lib/ && \
	  cp $$library.h $(DESTDIR)$(PREFIX)/include/ || exit 1; done
